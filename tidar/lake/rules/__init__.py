"""lake's rules, by idea: pure functions and plain values."""
