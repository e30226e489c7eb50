"""Learning curves as charts of the presentation's own, with their numbers in a small workbook to edit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from pptx.chart.data import CategoryChartData, XyChartData
from pptx.chart.plot import LinePlot
from pptx.chart.xlsx import CategoryWorkbookWriter, XyWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_LINE, MSO_THEME_COLOR
from pptx.util import Pt

from coursekit.report.charts import ticks
from coursekit.report.deck import LineChart
from coursekit.report.renderers.pptx._xml import clean
from coursekit.report.theme import Theme

MOST_POINTS = 1000
_SIZE = 14
_ACCENTS = 6
_DASHES = {"": None, "7 4": MSO_LINE.DASH, "2 3": MSO_LINE.ROUND_DOT, "10 3 2 3": MSO_LINE.DASH_DOT}


class _Safe:
    """Opens a workbook in which a name that begins with ``=`` or ``http:`` stays the text that it is."""

    @contextmanager
    def _open_worksheet(self, xlsx_file: Any) -> Iterator[Any]:
        from xlsxwriter import Workbook

        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        workbook = Workbook(xlsx_file, options)
        yield workbook, workbook.add_worksheet()
        workbook.close()


class _CategoryWriter(_Safe, CategoryWorkbookWriter):
    pass


class _XyWriter(_Safe, XyWorkbookWriter):
    pass


class _CategoryData(CategoryChartData):
    @property
    def _workbook_writer(self) -> _CategoryWriter:
        return _CategoryWriter(self)


class _XyData(XyChartData):
    @property
    def _workbook_writer(self) -> _XyWriter:
        return _XyWriter(self)


def chart_data(block: LineChart) -> tuple[Any, Any]:
    """Return the kind of chart and its numbers: categories where epochs are evenly apart, else pairs."""
    stride = max(1, math.ceil(len(block.x) / MOST_POINTS))
    last = len(block.x) - 1
    kept = [number for number in range(len(block.x)) if not number % stride or number == last]
    if stride == 1 and _even(block.x):
        data = _CategoryData(number_format="General")
        data.categories = [_whole(block.x[number]) for number in kept]
        for series in block.series:
            values = [series.values[n] if n < len(series.values) else None for n in kept]
            data.add_series(clean(series.name), values)
        return XL_CHART_TYPE.LINE, data
    pairs = _XyData(number_format="General")
    for series in block.series:
        points = pairs.add_series(clean(series.name))
        for number in kept:
            value = series.values[number] if number < len(series.values) else None
            if value is not None:
                points.add_data_point(block.x[number], value)
    return XL_CHART_TYPE.XY_SCATTER_LINES_NO_MARKERS, pairs


def _even(x: tuple[float, ...]) -> bool:
    steps = {round(b - a, 9) for a, b in pairwise(x)}
    return len(steps) <= 1


def _whole(value: float) -> str:
    return f"{value:g}"


def style(chart: Any, block: LineChart, theme: Theme, language: str) -> None:
    """Give a chart the theme's look: its colors are the theme's by name, so that they follow it."""
    muted = RGBColor.from_string(theme.muted[1:].upper())
    rule = RGBColor.from_string(theme.line[1:].upper())
    chart.font.size = Pt(_SIZE)
    chart.font.color.theme_color = MSO_THEME_COLOR.TEXT_1
    chart.has_title = bool(block.title)
    if block.title:
        frame = chart.chart_title.text_frame
        frame.text = clean(block.title)
        frame.paragraphs[0].runs[0].font.size = Pt(16)
        frame.paragraphs[0].runs[0].font.bold = True
        chart.chart_title.include_in_layout = False
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    values = [value for series in block.series for value in series.values if value is not None]
    marks = ticks(min(values), max(values))
    y, x = chart.value_axis, chart.category_axis
    y.minimum_scale, y.maximum_scale = marks[0], marks[-1]
    y.major_unit = marks[1] - marks[0]
    y.has_major_gridlines = True
    y.major_gridlines.format.line.color.rgb = rule
    y.format.line.fill.background()
    x.has_major_gridlines = False
    x.format.line.color.rgb = rule
    x.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    for axis in (x, y):
        axis.major_tick_mark = XL_TICK_MARK.NONE
        axis.tick_labels.font.size = Pt(_SIZE)
        axis.tick_labels.font.color.rgb = muted
    x.has_title = True
    x.axis_title.text_frame.text = clean(block.x_label)
    run = x.axis_title.text_frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold, run.font.color.rgb = Pt(_SIZE), False, muted
    for number, series in enumerate(chart.plots[0].series):
        series.smooth = False
        line = series.format.line
        line.width = Pt(2.5)
        line.color.theme_color = getattr(MSO_THEME_COLOR, f"ACCENT_{number % _ACCENTS + 1}")
        dash = _DASHES.get(theme.dashes[number % len(theme.dashes)], MSO_LINE.DASH)
        if dash is not None:
            line.dash_style = dash
        if len(values) == len(block.series):  # a single epoch is a dot, no line
            series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 8
    if isinstance(chart.plots[0], LinePlot):
        _thin_labels(x, len(block.x))
    else:
        low, high = min(block.x), max(block.x)
        x.minimum_scale, x.maximum_scale = low, high if high > low else low + 1
    for written in chart._chartSpace.iter("{*}rPr", "{*}endParaRPr"):
        written.set("lang", language)


def _thin_labels(axis: Any, count: int) -> None:
    """Show about ten labels below the chart."""
    from pptx.oxml import parse_xml

    step = max(1, math.ceil(count / 10))
    namespace = "http://schemas.openxmlformats.org/drawingml/2006/chart"
    after = axis._element.find(f"{{{namespace}}}noMultiLvlLbl")
    for name in ("tickLblSkip", "tickMarkSkip"):
        made = parse_xml(f'<c:{name} xmlns:c="{namespace}" val="{step}"/>')
        after.addprevious(made)
