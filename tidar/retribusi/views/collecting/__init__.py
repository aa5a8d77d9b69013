"""Collectors' phones and karcis: what phones ask for, and the pages of those who supervise them."""
