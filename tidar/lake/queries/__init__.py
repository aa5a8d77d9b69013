"""lake's queries, by idea."""
