"""Pure rules of forms: what an XLSForm means, whether an answer may stand, what is shown."""
