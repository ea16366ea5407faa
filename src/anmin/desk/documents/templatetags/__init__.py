"""Tags that other rooms of the desk may use."""
