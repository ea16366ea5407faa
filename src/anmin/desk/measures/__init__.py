"""The indicators and the records behind them."""
