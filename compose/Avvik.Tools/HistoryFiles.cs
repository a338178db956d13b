using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Avvik.Client;
using CsvHelper;
using CsvHelper.Configuration;

namespace Avvik.Tools;

/// <summary>Where a member of <see cref="HistoricReport"/> comes from: a column, or the same value for every line.</summary>
/// <param name="Column">Name in the header line.</param>
/// <param name="Value">The value of every line that the column does not give one.</param>
/// <param name="Codes">Code for each word of the column; without it the words are the codes.</param>
/// <param name="Separator">Between several words in one field.</param>
internal sealed record MemberMapping(string? Column, string? Value, IReadOnlyDictionary<string, string?>? Codes, string? Separator);

/// <summary>How the export of another system is read.</summary>
/// <param name="About">For people: which system, and which report of it.</param>
/// <param name="Delimiter">Between fields; comma without it.</param>
/// <param name="Encoding">Name of the text's encoding; UTF-8 without it.</param>
/// <param name="Dates">Forms that dates are written in, as .NET writes them; the time of day is not read.</param>
/// <param name="Members">By name of a member of <see cref="HistoricReport"/>.</param>
internal sealed record HistoryMapping(string? About, string? Delimiter, string? Encoding, IReadOnlyList<string> Dates,
    IReadOnlyDictionary<string, MemberMapping> Members);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(HistoryMapping))]
internal sealed partial class MappingJson : JsonSerializerContext;

/// <summary>Takes the export of an earlier system into the figures, and says first what of it has no place there.</summary>
/// <param name="client">Of the party's secretariat.</param>
internal sealed class HistoryFiles(IAvvikClient client)
{
    // Of one call.
    private const int Most = 500;
    // Lines that are named for each thing that is wrong.
    private const int Named = 5;
    private static readonly string[] Known = ["id", "receivedOn", "occurredOn", "reporter", "respondent", "unit", "kind", "category", "patientGroups",
        "actualHarm", "contributingFactors", "dueOn", "answeredOn", "state", "hops"];
    private readonly SortedDictionary<string, List<int>> _wrong = new(StringComparer.Ordinal);
    private readonly HashSet<int> _leftOut = [];
    private readonly SortedSet<string> _quarters = new(StringComparer.Ordinal);
    private int _added, _replaced, _unchanged;

    /// <summary>True when every line has been taken, or would be.</summary>
    /// <param name="file">The export.</param>
    /// <param name="mappingFile">How it is read.</param>
    /// <param name="dryRun">Nothing is stored.</param>
    /// <param name="leaveOut">Lines that are wrong are left out; otherwise one of them stops all.</param>
    public async Task<bool> ImportAsync(string file, string mappingFile, bool dryRun, bool leaveOut)
    {
        var mapping = await ReadMappingAsync(mappingFile);
        // Twice through the file, so that one of any length needs no memory: what is wrong is known before anything is sent.
        var lines = await WalkAsync(file, mapping, dryRun: true);
        var wrong = _leftOut.Count;
        foreach (var (what, at) in _wrong)
        {
            var (lineNumbers, more) = (string.Join(", ", at.Take(Named)), at.Count > Named ? " …" : "");
            await Console.Error.WriteLineAsync($"{what}: {at.Count} {(at.Count == 1 ? "line" : "lines")} ({lineNumbers}{more})");
        }
        if (dryRun || wrong > 0 && !leaveOut)
        {
            await (wrong == 0 ? Console.Out : Console.Error).WriteLineAsync($"{lines - wrong} of {lines} lines can be imported; nothing was stored"
                + (wrong > 0 && !dryRun ? ". Mend the mapping, or leave these lines out with --leave-out" : ""));
            return wrong == 0;
        }
        await WalkAsync(file, mapping, dryRun: false);
        Console.WriteLine($"{lines - wrong} of {lines} lines were imported: {_added} new, {_replaced} changed, {_unchanged} as they were; "
            + $"they count in {string.Join(", ", _quarters)}");
        return wrong == 0;
    }

    private async Task<int> WalkAsync(string file, HistoryMapping mapping, bool dryRun)
    {
        using var reader = new CsvReader(OpenFile(file, mapping), new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            Delimiter = mapping.Delimiter ?? ",",
            BadDataFound = null,
            MissingFieldFound = null,
        });
        if (!await reader.ReadAsync() || !reader.ReadHeader()) throw new ToolException($"{file} has no header line.");
        var missing = mapping.Members.Values.Select(m => m.Column).OfType<string>().Except(reader.HeaderRecord!, StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
            throw new ToolException($"{file} has no column {string.Join(", ", missing)}. It has: {string.Join(", ", reader.HeaderRecord!)}.");
        var (lines, batch) = (0, new List<(int Line, HistoricReport Report)>());
        while (await reader.ReadAsync())
        {
            lines++;
            var line = reader.Parser.RawRow;
            if (_leftOut.Contains(line)) continue;
            if (ReportOf(reader, mapping, line) is { } report) batch.Add((line, report));
            if (batch.Count == Most) await SendAsync();
        }
        if (batch.Count > 0) await SendAsync();
        return lines;

        async Task SendAsync()
        {
            try
            {
                var answer = await client.ImportHistoryAsync(new() { Reports = [.. batch.Select(b => b.Report)] }, dryRun);
                if (!dryRun)
                {
                    (_added, _replaced, _unchanged) = (_added + answer.Added, _replaced + answer.Replaced, _unchanged + answer.Unchanged);
                    _quarters.UnionWith(answer.Quarters);
                }
            }
            catch (AvvikProblemException problem) when (dryRun && problem.Errors.Count > 0)
            {
                foreach (var error in problem.Errors)
                {
                    if (error.Pointer.Split('/') is not ["", "reports", var index, .. var member]) throw;
                    Note($"{string.Join('/', member)}: {error.Message}", batch[int.Parse(index, CultureInfo.InvariantCulture)].Line);
                }
            }
            catch (AvvikProblemException problem)
            {
                throw new ToolException(problem.Message);
            }
            batch.Clear();
        }
    }

    private void Note(string what, int line)
    {
        if (!_wrong.TryGetValue(what, out var lines)) _wrong[what] = lines = [];
        lines.Add(line);
        _leftOut.Add(line);
    }

    private HistoricReport? ReportOf(CsvReader row, HistoryMapping mapping, int line)
    {
        var isWhole = true;
        var report = new HistoricReport
        {
            Id = Text("id"),
            ReceivedOn = Day("receivedOn"),
            OccurredOn = Day("occurredOn"),
            Reporter = Text("reporter"),
            Respondent = Text("respondent"),
            Unit = Text("unit"),
            Kind = Text("kind"),
            Category = Text("category"),
            ActualHarm = Text("actualHarm"),
            PatientGroups = All("patientGroups"),
            ContributingFactors = All("contributingFactors"),
            DueOn = Day("dueOn"),
            AnsweredOn = Day("answeredOn"),
            State = Text("state"),
            Hops = int.TryParse(Text("hops"), CultureInfo.InvariantCulture, out var hops) ? hops : 0,
        };
        return isWhole ? report : null;

        string? Text(string member) => All(member) is [var one, ..] ? one : null;

        List<string>? All(string member)
        {
            if (!mapping.Members.TryGetValue(member, out var from)) return null;
            var field = from.Column is null ? "" : (row.GetField(from.Column) ?? "").Trim();
            if (field.Length == 0) return from.Value is null ? null : [from.Value];
            var codes = new List<string>();
            foreach (var word in from.Separator is null ? [field]
                : field.Split(from.Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (from.Codes is null) codes.Add(word);
                else if (from.Codes.FirstOrDefault(c => c.Key.Equals(word, StringComparison.OrdinalIgnoreCase)) is { Key: not null } found)
                {
                    // Null: this word says nothing of it.
                    if (found.Value is { } code) codes.Add(code);
                }
                else Wrong($"{member}: no code for «{word}» of the column {from.Column}");
            }
            return codes;
        }

        DateOnly? Day(string member)
        {
            if (Text(member) is not { } text) return null;
            if (DateTime.TryParseExact(text, [.. mapping.Dates], CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces, out var day))
                return DateOnly.FromDateTime(day);
            Wrong($"{member}: not a date as the mapping says");
            return null;
        }

        void Wrong(string what)
        {
            isWhole = false;
            Note(what, line);
        }
    }

    private static StreamReader OpenFile(string file, HistoryMapping mapping)
    {
        try
        {
            Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
            return new StreamReader(file, mapping.Encoding is null ? Encoding.UTF8 : Encoding.GetEncoding(mapping.Encoding));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ToolException($"{file}: {error.Message}");
        }
    }

    private static async Task<HistoryMapping> ReadMappingAsync(string file)
    {
        HistoryMapping mapping;
        try { mapping = JsonSerializer.Deserialize(await File.ReadAllTextAsync(file), MappingJson.Default.HistoryMapping)!; }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{file}: {error.Message}");
        }
        var unknown = mapping.Members.Keys.Except(Known, StringComparer.Ordinal).ToList();
        return unknown.Count == 0 ? mapping : throw new ToolException($"{file}: {string.Join(", ", unknown)} is none of {string.Join(", ", Known)}.");
    }
}
