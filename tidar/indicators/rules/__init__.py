"""indicators' rules, by idea: pure functions and plain values."""
