using System.Globalization;
using System.IO.Compression;
using Avvik.Statistics.Documents.Charts;

namespace Avvik.Statistics.Documents;

/// <summary>A zip with each chart of the report as a picture for a slide, as SVG and as PNG.</summary>
internal static class ChartArchive
{
    public static byte[] Render(ReportDocument document)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (i, section) in document.Chapters.SelectMany(c => c.Sections).Where(s => s.Chart is not null).Index())
            {
                if (Chart.Draw(section) is not { } chart) continue;
                var slide = Slide.Of(section, chart, document);
                foreach (var (extension, bytes) in new[] { ("svg", Slide.Svg(slide)), ("png", Slide.Png(slide)) })
                {
                    var entry = zip.CreateEntry(string.Create(CultureInfo.InvariantCulture, $"{i + 1:00}-{section.Table.Name}.{extension}"));
                    entry.LastWriteTime = document.ExtractedAt.ToUniversalTime();
                    using var file = entry.Open();
                    file.Write(bytes);
                }
            }
        return archive.ToArray();
    }
}
