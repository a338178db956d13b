using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;

namespace Avvik.Tools;

/// <summary>Sends a corpus of realistic deviations through the gateway, each with its own reporter's token, and shows where each of them went.</summary>
internal sealed class Demo(Uri gateway, Uri identity)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Dictionary<(string, string), IAvvikClient> _clients = [];

    public async Task RunAsync(string corpus, bool withCategory)
    {
        var lines = await File.ReadAllLinesAsync(corpus);
        var rows = new List<Row>();

        foreach (var (index, line) in lines.Index())
        {
            var node = JsonNode.Parse(line)!;
            var (reporter, expected) = ((string)node["reporterOrganizationNumber"]!, node["expected"]!);
            var submission = node["submission"].Deserialize(ClientJson.Default.Submission)! with
            {
                // A new reference each time: the demo can be run again.
                ClientReference = Guid.CreateVersion7().ToString("N"),
                Category = withCategory ? (string?)expected["category"] : null,
            };
            var started = Stopwatch.GetTimestamp();
            var receipt = await (await ClientAsync(reporter, "client")).SubmitAsync(submission);
            var coordinator = await ClientAsync(receipt.RespondentOrganization, "coordinator");
            var (found, decided) = await InWorklistAsync(coordinator, receipt, started);
            var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            rows.Add(new Row(receipt.Reference, Name(reporter), Name(receipt.RespondentOrganization), Vocabulary.Categories[found.Category].Label, found.Unit,
                elapsed,
                decided ? "etter koordinator" : "", found.Unit == (string?)expected["unit"] && found.Category == (string?)expected["category"]));
            ShowProgress(index + 1, lines.Length);
        }

        Console.WriteLine();
        Console.WriteLine();
        Console.WriteLine($"{"Referanse",-16}{"Fra",-16}{"Til",-24}{"Kategori",-34}{"Enhet",-26}{"ms",6}");
        foreach (var r in rows)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{r.Reference,-16}{Cut(r.From, 15),-16}{Cut(r.To, 23),-24}{Cut(r.Category, 33),-34}{r.Unit,-26}{r.Milliseconds,6:F0}  {r.Note}"));
        Console.WriteLine();
        Console.WriteLine($"{rows.Count(r => r.AsExpected)} av {rows.Count} kom dit de skulle, "
            + $"{rows.Count(r => r.Note.Length > 0)} av dem etter at en koordinator hadde bestemt.");

        foreach (var community in HealthCommunities.All)
        {
            var statistics = await (await ClientAsync(community.Trust.OrganizationNumber, "coordinator")).GetStatisticsAsync(new() { By = ["category"] });
            Console.WriteLine();
            Console.WriteLine($"{community.Name}, {statistics.Period.From:yyyy-MM-dd}–{statistics.Period.To:yyyy-MM-dd}: "
                + $"{statistics.Total.Count.Value} meldinger, {statistics.Total.Open.Value} åpne");
            foreach (var r in statistics.Rows.OrderByDescending(r => r.Count.Value))
                Console.WriteLine(
                    $"  {(r.Dimensions!["category"].GetString() is { } code ? Vocabulary.Categories[code].Label : "Ikke satt"),-60}{r.Count.Value,6}");
        }
    }

    private async Task<IAvvikClient> ClientAsync(string organization, string role)
    {
        if (_clients.TryGetValue((organization, role), out var known)) return known;
        var token = await Tokens.GetAsync(identity, [$"organization={organization}", $"role={role}"]);
        return _clients[(organization, role)] = AvvikClient.Connect(gateway, token);
    }

    /// <summary>Waits until the case is in the worklist; what is in triage is decided like a coordinator who follows the first suggestion.</summary>
    private static async Task<(CaseRow Case, bool Decided)> InWorklistAsync(IAvvikClient coordinator, Deviation receipt, long started)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var decided = false; Stopwatch.GetElapsedTime(started) < Patience; await pause.WaitForNextTickAsync())
        {
            if ((await coordinator.ListCasesAsync(new() { Q = receipt.Reference })).Items is [var found, ..]) return (found, decided);
            if (decided) continue;
            var queue = (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items;
            if (queue.FirstOrDefault(i => i.Id == receipt.Id && i.State == "triage") is not { } waiting) continue;
            await coordinator.DecideAsync(receipt.Id, new() { Decision = "route", Category = waiting.Suggestions is [var best, ..] ? best.Category : "other" });
            decided = true;
        }
        throw new TimeoutException($"{receipt.Reference} did not reach a worklist within {Patience}.");
    }

    private static string Name(string organization) => HealthCommunities.Party(organization)!.Name;

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static void ShowProgress(int done, int all)
    {
        var filled = 40 * done / all;
        Console.Write($"\r[{new string('█', filled)}{new string('░', 40 - filled)}] {done}/{all}");
    }

    private sealed record Row(string Reference, string From, string To, string Category, string Unit, double Milliseconds, string Note, bool AsExpected);
}
