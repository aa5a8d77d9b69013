"""indicators' queries, by idea."""
