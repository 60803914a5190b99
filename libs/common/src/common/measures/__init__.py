"""Measures of the tracking surveys (跟踪评价指标数据项): what an answer may give to an indicator, as data.

Surveys binds questions to them and refuses a questionnaire that could not give them; indicators judges what arrives by
the same rows. The list only grows: edit `data/measures.csv`.
"""

from common.measures.conversions import score_of, wan_of, whole_of, yuan_of
from common.measures.table import MEASURES, Measure, MeasureType, MeasureValue

__all__ = [
    "MEASURES",
    "Measure",
    "MeasureType",
    "MeasureValue",
    "score_of",
    "wan_of",
    "whole_of",
    "yuan_of",
]
