"""A month is said without a leading zero: 6月3日."""

MONTH_DAY_FORMAT = "n月j日"
