"""The PySide6 window; `bridge` is the only module that knows both threads and Qt."""
