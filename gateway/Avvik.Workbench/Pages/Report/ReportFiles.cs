using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Avvik.Workbench.Pages.Report;

/// <summary>What became of the files of a report: kept for its receipt.</summary>
/// <param name="Taken">How many were added.</param>
/// <param name="Refused">Those that were not, and why.</param>
internal sealed record SentFiles(int Taken, IReadOnlyList<RefusedFile> Refused)
{
    public static string DraftName(Guid id) => $"report-files/{id}";
}

/// <summary>A file that was not taken.</summary>
internal sealed record RefusedFile(string Name, string Why);

/// <summary>
/// The files of the report's form, which come after all that is typed: they are read one at a time, when the report has been sent, and none is written to
/// this machine's disk.
/// </summary>
internal sealed class ReportFiles
{
    public const int Most = 10, MaxSize = 10 * 1024 * 1024;
    /// <summary>Of the whole form. A file that is too large is to be refused alone, and not the report with it.</summary>
    public const long MaxBody = 256 * 1024 * 1024;
    private const int MaxTyped = 256 * 1024, MaxHeaders = 16 * 1024;
    private readonly MultipartReader _reader;
    private MultipartSection? _next;

    private ReportFiles(MultipartReader reader, MultipartSection? first) => (_reader, _next) = (reader, first);

    /// <summary>Whether any were chosen: a form without files sends one without a name.</summary>
    public bool Chosen => _next is not null && NameOf(_next).Length > 0;

    /// <summary>Reads what is typed, as the form that everything after this sees.</summary>
    /// <exception cref="InvalidDataException">It is no such form, or too long a one.</exception>
    public static async Task<ReportFiles> BeginAsync(HttpRequest request, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var media)
            || HeaderUtilities.RemoveQuotes(media.Boundary).Value is not { Length: > 0 and <= 70 } boundary)
            throw new InvalidDataException("The form has no boundary.");
        var reader = new MultipartReader(boundary, request.Body) { HeadersLengthLimit = MaxHeaders };
        var (typed, buffer, used) = (new KeyValueAccumulator(), new byte[MaxTyped], 0);
        MultipartSection? section;
        while ((section = await reader.ReadNextSectionAsync(ct)) is not null && section.GetContentDispositionHeader() is var disposition
            && disposition?.IsFileDisposition() != true)
        {
            var length = await section.Body.ReadAtLeastAsync(buffer.AsMemory(used), buffer.Length - used, throwOnEndOfStream: false, ct);
            if (disposition is null || used + length == buffer.Length) throw new InvalidDataException("The form has too much text, or a part without a name.");
            typed.Append(HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "", Encoding.UTF8.GetString(buffer, used, length));
            used += length;
        }
        request.Form = new FormCollection(typed.GetResults());
        return new ReportFiles(reader, section);
    }

    /// <summary>The files in their order; no content: larger than may be.</summary>
    public async IAsyncEnumerable<(string Name, Stream? Content)> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        for (; _next is not null; _next = await _reader.ReadNextSectionAsync(ct))
        {
            if (NameOf(_next) is not { Length: > 0 } name) continue;
            using var content = new MemoryStream();
            yield return (name, await FillAsync(content, _next.Body, ct) ? content : null);
        }
    }

    /// <summary>Reads what nobody has read: an answer in the midst of what is sent would be lost with the connection.</summary>
    public async Task SkipAsync()
    {
        try
        {
            while (_next is not null) _next = await _reader.ReadNextSectionAsync(CancellationToken.None);
        }
        // It is cut off: there is nobody to answer.
        catch (IOException) { _next = null; }
    }

    private static async Task<bool> FillAsync(MemoryStream content, Stream source, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await source.ReadAsync(buffer, ct)) > 0)
        {
            if (content.Length + read > MaxSize) return false;
            content.Write(buffer, 0, read);
        }
        content.Position = 0;
        return true;
    }

    // The last part of what may be a path.
    private static string NameOf(MultipartSection section)
    {
        if (section.GetContentDispositionHeader() is not { } disposition) return "";
        var name = (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).Value ?? "";
        return name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Trim();
    }
}

internal static class ReportFilesExtensions
{
    /// <summary>Before anything else reads the report's form: that would write its files to disk.</summary>
    public static void UseReportFiles(this WebApplication app) => app.Use(async (context, next) =>
    {
        var request = context.Request;
        if (HttpMethods.IsPost(request.Method) && request.Path == "/report"
            && request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) == true)
        {
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = ReportFiles.MaxBody;
            try
            {
                var files = await ReportFiles.BeginAsync(request, context.RequestAborted);
                context.Features.Set(files);
                context.Response.OnStarting(files.SkipAsync);
            }
            catch (Exception error) when (error is InvalidDataException or IOException)
            {
                context.Response.StatusCode = (error as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
                return;
            }
        }
        await next(context);
    });
}
