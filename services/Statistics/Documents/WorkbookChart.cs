using System.Globalization;
using DocumentFormat.OpenXml.Packaging;
using C = DocumentFormat.OpenXml.Drawing.Charts;
using D = DocumentFormat.OpenXml.Drawing;
using S = DocumentFormat.OpenXml.Drawing.Spreadsheet;

namespace Avvik.Statistics.Documents;

/// <summary>A chart of a sheet's own cells, to the right of them: it follows what is filtered and changed there.</summary>
internal static class WorkbookChart
{
    private const uint Categories = 1, Values = 2;

    public static void Add(WorksheetPart sheet, WorkbookSheet of, int column)
    {
        var drawings = sheet.AddNewPart<DrawingsPart>("drawing");
        var part = drawings.AddNewPart<ChartPart>("chart");
        part.ChartSpace = new(new C.Chart(new C.AutoTitleDeleted { Val = true }, new C.PlotArea([new C.Layout(), Plot(of), .. Axes(of.Chart is BarChart)]),
            new C.PlotVisibleOnly { Val = true }));
        S.FromMarker From() => new(new S.ColumnId(Text(column)), new S.ColumnOffset("0"), new S.RowId("1"), new S.RowOffset("0"));
        S.ToMarker To() => new(new S.ColumnId(Text(column + 9)), new S.ColumnOffset("0"), new S.RowId("21"), new S.RowOffset("0"));
        drawings.WorksheetDrawing = new(new S.TwoCellAnchor(From(), To(),
            new S.GraphicFrame(
                new S.NonVisualGraphicFrameProperties(new S.NonVisualDrawingProperties { Id = 2, Name = of.Title, Description = of.Title },
                    new S.NonVisualGraphicFrameDrawingProperties()),
                new S.Transform(new D.Offset { X = 0, Y = 0 }, new D.Extents { Cx = 0, Cy = 0 }),
                new D.Graphic(new D.GraphicData(new C.ChartReference { Id = "chart" }) { Uri = "http://schemas.openxmlformats.org/drawingml/2006/chart" }))
            { Macro = "" }, new S.ClientData()));
    }

    private static DocumentFormat.OpenXml.OpenXmlElement Plot(WorkbookSheet of) => of.Chart switch
    {
        TrendChart trend => new C.LineChart([
            new C.Grouping { Val = C.GroupingValues.Standard }, new C.VaryColors { Val = false },
            .. new[] { trend.Values, trend.Centre, trend.Lower, trend.Upper }
                .Select((values, i) => new C.LineChartSeries([.. Head(of, values, (uint)i), .. Data(of, values)])),
            new C.ShowMarker { Val = true }, new C.AxisId { Val = Categories }, new C.AxisId { Val = Values }]),
        _ => new C.BarChart(new C.BarDirection { Val = C.BarDirectionValues.Bar }, new C.BarGrouping { Val = C.BarGroupingValues.Clustered },
            new C.VaryColors { Val = false },
            new C.BarChartSeries([.. Head(of, of.Chart!.Values, 0), new C.InvertIfNegative { Val = false }, .. Data(of, of.Chart.Values)]),
            new C.GapWidth { Val = 50 }, new C.AxisId { Val = Categories }, new C.AxisId { Val = Values }),
    };

    private static IEnumerable<DocumentFormat.OpenXml.OpenXmlElement> Head(WorkbookSheet of, int values, uint index) =>
    [
        new C.Index { Val = index }, new C.Order { Val = index }, new C.SeriesText(new C.StringReference(new C.Formula(Cells(of, values, 1, 1)))),
    ];

    private static IEnumerable<DocumentFormat.OpenXml.OpenXmlElement> Data(WorkbookSheet of, int values) =>
    [
        new C.CategoryAxisData(new C.StringReference(new C.Formula(Cells(of, of.Chart!.Labels, 2, of.Table.Rows.Count + 1)))),
        new C.Values(new C.NumberReference(new C.Formula(Cells(of, values, 2, of.Table.Rows.Count + 1)))),
    ];

    private static IEnumerable<DocumentFormat.OpenXml.OpenXmlElement> Axes(bool areBars)
    {
        C.Scaling Scaling(bool isReversed) => new(new C.Orientation { Val = isReversed ? C.OrientationValues.MaxMin : C.OrientationValues.MinMax });
        // The largest bar is at the top, as in the table.
        yield return new C.CategoryAxis(new C.AxisId { Val = Categories }, Scaling(areBars), new C.Delete { Val = false },
            new C.AxisPosition { Val = areBars ? C.AxisPositionValues.Left : C.AxisPositionValues.Bottom }, new C.CrossingAxis { Val = Values });
        yield return new C.ValueAxis(new C.AxisId { Val = Values }, Scaling(false), new C.Delete { Val = false },
            new C.AxisPosition { Val = areBars ? C.AxisPositionValues.Bottom : C.AxisPositionValues.Left }, new C.CrossingAxis { Val = Categories });
    }

    private static string Cells(WorkbookSheet of, int column, int first, int last)
    {
        var (sheet, letters) = (of.Title.Replace("'", "''", StringComparison.Ordinal), Workbook.Letters(column));
        return $"'{sheet}'!${letters}${Text(first)}" + (last > first ? $":${letters}${Text(last)}" : "");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
