using System.Text.Json;
using System.Text.Json.Serialization;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.ProtectFigures;

/// <summary>The protected figures of a frozen quarter: one for each version, made once and only ever added.</summary>
internal sealed record ProtectedCube
{
    public required string Community { get; init; }
    public required string Quarter { get; init; }
    /// <summary>That of the frozen report.</summary>
    public required int Version { get; init; }
    /// <summary>How many deviations each case stands for.</summary>
    public required int Base { get; init; }
    /// <summary>What decided how each count was rounded. It never leaves the database.</summary>
    public required byte[] Seed { get; init; }
    /// <summary>The made-up cases (<see cref="CubeRounding"/>), in JSON: <c>{ "columns": [...], "cases": [[...]] }</c>.</summary>
    public required byte[] Body { get; init; }

    // Numbers beside the dimensions, in this order.
    private static readonly string[] NumberColumns =
    [
        "countedAs", "answerTenthsOfDays", "waitingTenthsOfDays", "wasDue", "inTime", "isOpen", "hops", "disputes", "escalations", "reopenings",
        "measures", "measuresDone", "measuresChecked", "lessons", "handOvers", "isImported", "isRepeat",
    ];

    public static byte[] Write(IEnumerable<CountedFact> cases, StringPools pools) => JsonSerializer.SerializeToUtf8Bytes(new CubeBody(
        [.. Dimension.All.Select(d => d.Name), .. NumberColumns],
        [.. cases.Select(f => (JsonElement[])
        [
            .. Dimension.All.Select(d => JsonSerializer.SerializeToElement(pools[d][f[d]], CubeJson.Default.String)),
            .. Numbers(f).Select(n => JsonSerializer.SerializeToElement(n, CubeJson.Default.Int32)),
        ])]), CubeJson.Default.CubeBody);

    public static CountedFact[] Read(byte[] body, StringPools pools)
    {
        var cube = JsonSerializer.Deserialize(body, CubeJson.Default.CubeBody)!;
        // By name: a dimension may have been added since.
        var at = cube.Columns.Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        return [.. cube.Cases.Select(values =>
        {
            // A number that was not counted when the cube was made is 0.
            int Number(string name) => at.TryGetValue(name, out var column) ? values[column].GetInt32() : 0;
            byte Small(string name) => (byte)Number(name);
            var fact = new CountedFact
            {
                CountedAs = (CountedAs)Number("countedAs"),
                AnswerTenthsOfDays = Number("answerTenthsOfDays"),
                ReceivedMinutes = -144 * Number("waitingTenthsOfDays"),
                DueMinutes = Number("wasDue") == 1 ? 0 : CountedFact.NeverDue,
                InTime = Number("inTime") == 1,
                IsOpen = Number("isOpen") == 1,
                Hops = Small("hops"),
                Disputes = Small("disputes"),
                Escalations = Small("escalations"),
                Reopenings = Small("reopenings"),
                Measures = Small("measures"),
                MeasuresDone = Small("measuresDone"),
                MeasuresChecked = Small("measuresChecked"),
                Lessons = Small("lessons"),
                HandOvers = Small("handOvers"),
                IsImported = Number("isImported") == 1,
                IsRepeat = Number("isRepeat") == 1,
            };
            foreach (var dimension in Dimension.All)
                if (at.TryGetValue(dimension.Name, out var column)) fact.Codes[dimension.Index] = pools[dimension].CodeOf(values[column].GetString());
            return fact;
        })];
    }

    private static int[] Numbers(CountedFact f) =>
    [
        (int)f.CountedAs, f.AnswerTenthsOfDays, f.WaitingTenthsOfDays(0), f.DueMinutes == 0 ? 1 : 0, f.InTime ? 1 : 0, f.IsOpen ? 1 : 0,
        f.Hops, f.Disputes, f.Escalations, f.Reopenings, f.Measures, f.MeasuresDone, f.MeasuresChecked, f.Lessons,
        f.HandOvers, f.IsImported ? 1 : 0, f.IsRepeat ? 1 : 0,
    ];
}

/// <param name="Cases">As many values each as there are columns.</param>
internal sealed record CubeBody(string[] Columns, IReadOnlyList<JsonElement[]> Cases);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(CubeBody))]
[JsonSerializable(typeof(int))]
internal sealed partial class CubeJson : JsonSerializerContext;
