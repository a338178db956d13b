using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Avvik.Hosting;

/// <summary>
/// Writes each log entry as a line of JSON. Of an exception only type and stack are written, since its message may quote the data being handled.
/// Digits that look like a person number are masked, as the last line of defence.
/// </summary>
internal sealed partial class SafeJsonFormatter(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "avvik";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("at", clock.GetUtcNow());
            json.WriteString("level", logEntry.LogLevel.ToString());
            json.WriteString("category", logEntry.Category);
            json.WriteNumber("event", logEntry.EventId.Id);
            json.WriteString("message", Mask(logEntry.Formatter(logEntry.State, null)));
            if (Activity.Current is { } activity) json.WriteString("traceId", activity.TraceId.ToString());
            if (logEntry.Exception is { } error) json.WriteString("exception", Describe(error));
            json.WriteEndObject();
        }
        textWriter.WriteLine(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }

    private static string Describe(Exception error)
    {
        var text = new StringBuilder();
        for (var e = error; e is not null; e = e.InnerException)
        {
            text.Append(e.GetType().FullName);
            if (e.StackTrace is { } stack) text.Append('\n').Append(stack);
            if (e.InnerException is not null) text.Append("\n<- ");
        }
        return text.ToString();
    }

    internal static string Mask(string text) => PersonNumberLike().Replace(text, "***********");

    [GeneratedRegex(@"(?<![0-9A-Za-z-])\d{6}[ .\-]?\d{5}(?![0-9A-Za-z-])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PersonNumberLike();
}
