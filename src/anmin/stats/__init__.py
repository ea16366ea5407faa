"""The statistics library: plain functions on arrays, no Django, no global state.

See `README.md` for what is where. The public names can be had from here; each is looked up in
its module when it is first asked for, so that using one method does not load them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anmin.stats.ahead import Ahead as Ahead
    from anmin.stats.ahead import count_ahead as count_ahead
    from anmin.stats.ahead import share_ahead as share_ahead
    from anmin.stats.autocorrelation import Autocorrelation as Autocorrelation
    from anmin.stats.autocorrelation import LocalMoran as LocalMoran
    from anmin.stats.autocorrelation import empirical_bayes as empirical_bayes
    from anmin.stats.autocorrelation import geary as geary
    from anmin.stats.autocorrelation import local_moran as local_moran
    from anmin.stats.autocorrelation import moran as moran
    from anmin.stats.calibration import Calibration as Calibration
    from anmin.stats.calibration import Diagnostics as Diagnostics
    from anmin.stats.calibration import calibrate as calibrate
    from anmin.stats.calibration import design_effect as design_effect
    from anmin.stats.calibration import poststratify as poststratify
    from anmin.stats.calibration import rake as rake
    from anmin.stats.comparisons import Contrast as Contrast
    from anmin.stats.comparisons import Independence as Independence
    from anmin.stats.comparisons import contrast as contrast
    from anmin.stats.comparisons import independence as independence
    from anmin.stats.comparisons import independent as independent
    from anmin.stats.counts import Comparison as Comparison
    from anmin.stats.counts import compare as compare
    from anmin.stats.design import Design as Design
    from anmin.stats.estimates import Estimates as Estimates
    from anmin.stats.estimates import mean as mean
    from anmin.stats.estimates import ratio as ratio
    from anmin.stats.estimates import total as total
    from anmin.stats.fay_herriot import AreaModel as AreaModel
    from anmin.stats.fay_herriot import small_area as small_area
    from anmin.stats.funnel import Funnel as Funnel
    from anmin.stats.funnel import ratio_funnel as ratio_funnel
    from anmin.stats.funnel import share_funnel as share_funnel
    from anmin.stats.hotspots import Spots as Spots
    from anmin.stats.hotspots import general_g as general_g
    from anmin.stats.hotspots import gi as gi
    from anmin.stats.intervals import Interval as Interval
    from anmin.stats.intervals import interval as interval
    from anmin.stats.margins import Amount as Amount
    from anmin.stats.margins import Margin as Margin
    from anmin.stats.multiplicity import Comparisons as Comparisons
    from anmin.stats.multiplicity import Verdict as Verdict
    from anmin.stats.multiplicity import benjamini_hochberg as benjamini_hochberg
    from anmin.stats.multiplicity import benjamini_yekutieli as benjamini_yekutieli
    from anmin.stats.multiplicity import compare_many as compare_many
    from anmin.stats.multiplicity import holm as holm
    from anmin.stats.planning import SampleSize as SampleSize
    from anmin.stats.planning import allocate as allocate
    from anmin.stats.planning import size_for_mean as size_for_mean
    from anmin.stats.planning import size_for_proportion as size_for_proportion
    from anmin.stats.proportions import proportion as proportion
    from anmin.stats.quantiles import quantile as quantile
    from anmin.stats.ranks import Ranks as Ranks
    from anmin.stats.ranks import goldstein_healy as goldstein_healy
    from anmin.stats.ranks import homogeneity as homogeneity
    from anmin.stats.ranks import pair_p as pair_p
    from anmin.stats.ranks import rank as rank
    from anmin.stats.recent import Rises as Rises
    from anmin.stats.recent import ears as ears
    from anmin.stats.replicates import Replicated as Replicated
    from anmin.stats.replicates import Replicates as Replicates
    from anmin.stats.replicates import bootstrap as bootstrap
    from anmin.stats.replicates import jackknife as jackknife
    from anmin.stats.scanning import Cluster as Cluster
    from anmin.stats.scanning import Scan as Scan
    from anmin.stats.scanning import scan as scan
    from anmin.stats.scatter import Scatter as Scatter
    from anmin.stats.seasonal import Alarms as Alarms
    from anmin.stats.seasonal import Control as Control
    from anmin.stats.seasonal import farrington as farrington
    from anmin.stats.unit_level import UnitModel as UnitModel
    from anmin.stats.unit_level import small_area_units as small_area_units

HOMES = {
    "Ahead": "ahead",
    "count_ahead": "ahead",
    "share_ahead": "ahead",
    "Autocorrelation": "autocorrelation",
    "LocalMoran": "autocorrelation",
    "empirical_bayes": "autocorrelation",
    "geary": "autocorrelation",
    "local_moran": "autocorrelation",
    "moran": "autocorrelation",
    "Calibration": "calibration",
    "Diagnostics": "calibration",
    "calibrate": "calibration",
    "design_effect": "calibration",
    "poststratify": "calibration",
    "rake": "calibration",
    "Contrast": "comparisons",
    "Independence": "comparisons",
    "contrast": "comparisons",
    "independence": "comparisons",
    "independent": "comparisons",
    "Comparison": "counts",
    "compare": "counts",
    "Design": "design",
    "Estimates": "estimates",
    "mean": "estimates",
    "ratio": "estimates",
    "total": "estimates",
    "AreaModel": "fay_herriot",
    "small_area": "fay_herriot",
    "Funnel": "funnel",
    "ratio_funnel": "funnel",
    "share_funnel": "funnel",
    "Spots": "hotspots",
    "general_g": "hotspots",
    "gi": "hotspots",
    "Interval": "intervals",
    "interval": "intervals",
    "Amount": "margins",
    "Margin": "margins",
    "Comparisons": "multiplicity",
    "Verdict": "multiplicity",
    "benjamini_hochberg": "multiplicity",
    "benjamini_yekutieli": "multiplicity",
    "compare_many": "multiplicity",
    "holm": "multiplicity",
    "SampleSize": "planning",
    "allocate": "planning",
    "size_for_mean": "planning",
    "size_for_proportion": "planning",
    "proportion": "proportions",
    "quantile": "quantiles",
    "Ranks": "ranks",
    "goldstein_healy": "ranks",
    "homogeneity": "ranks",
    "pair_p": "ranks",
    "rank": "ranks",
    "Rises": "recent",
    "ears": "recent",
    "Replicated": "replicates",
    "Replicates": "replicates",
    "bootstrap": "replicates",
    "jackknife": "replicates",
    "Cluster": "scanning",
    "Scan": "scanning",
    "scan": "scanning",
    "Scatter": "scatter",
    "Alarms": "seasonal",
    "Control": "seasonal",
    "farrington": "seasonal",
    "UnitModel": "unit_level",
    "small_area_units": "unit_level",
}
"""Public name → module. A name stands here and, for the type checker, in the imports above.

A module has no name that a function has, since Python would give the module instead.
"""


__all__ = list(HOMES)


if not TYPE_CHECKING:  # else the type checker would take any name for granted

    def __getattr__(name: str) -> Any:
        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(HOMES)
