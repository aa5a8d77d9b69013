"""Questionnaires as data: XLSForm in; versions, rendering, validation, a schema for phones, OpenRosa."""
