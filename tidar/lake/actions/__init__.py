"""lake's actions, by idea."""
