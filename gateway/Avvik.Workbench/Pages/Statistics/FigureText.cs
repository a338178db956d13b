using System.Globalization;
using Avvik.Client;

namespace Avvik.Workbench.Pages.Statistics;

internal static class FigureText
{
    /// <summary>A figure as it is read: ":" when it is hidden, and <paramref name="none"/> when there is none.</summary>
    public static string Show(this Figure? figure, CultureInfo culture, string none = "–") =>
        figure is not { } shown ? none : shown.Value is { } number ? number.ToString("#,0.##", culture) : ":";
}
