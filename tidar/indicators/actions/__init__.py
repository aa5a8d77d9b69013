"""indicators' actions, by idea."""
