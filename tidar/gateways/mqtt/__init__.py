"""MQTT: a loopback broker for those who have none, a listener that acknowledges after commit, a sensor simulator."""
