"""indicators' views, by idea."""
