using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Contracts;

// compose/demo: a corpus of realistic deviations through the gateway, each with its own reporter's token, and where each of them went.
if (args is not [var gateway, var identity, var corpus, ..])
{
    Console.Error.WriteLine("usage: Avvik.Demo GATEWAY IDENTITY CORPUS [--without-category]");
    return 2;
}
var withCategory = !args.Contains("--without-category", StringComparer.Ordinal);
using var tokens = new HttpClient { BaseAddress = new Uri(identity) };
var clients = new Dictionary<(string, string), IAvvikClient>();
var patience = TimeSpan.FromSeconds(30);
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
    rows.Add(new Row(receipt.Reference, Name(reporter), Name(receipt.RespondentOrganization), Vocabulary.Categories[found.Category].Label, found.Unit, elapsed,
        decided ? "etter koordinator" : "", found.Unit == (string?)expected["unit"] && found.Category == (string?)expected["category"]));
    Progress(index + 1, lines.Length);
}

Console.WriteLine();
Console.WriteLine();
Console.WriteLine($"{"Referanse",-16}{"Fra",-16}{"Til",-24}{"Kategori",-34}{"Enhet",-26}{"ms",6}");
foreach (var r in rows) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{r.Reference,-16}{Cut(r.From, 15),-16}{Cut(r.To, 23),-24}{Cut(r.Category, 33),-34}{r.Unit,-26}{r.Milliseconds,6:F0}  {r.Note}"));
Console.WriteLine();
Console.WriteLine($"{rows.Count(r => r.AsExpected)} av {rows.Count} kom dit de skulle, {rows.Count(r => r.Note.Length > 0)} av dem etter at en koordinator hadde bestemt.");

foreach (var community in HealthCommunities.All)
{
    var statistics = await (await ClientAsync(community.Trust.OrganizationNumber, "coordinator")).GetStatisticsAsync(new() { By = ["category"] });
    Console.WriteLine();
    Console.WriteLine($"{community.Name}, {statistics.Period.From:yyyy-MM-dd}–{statistics.Period.To:yyyy-MM-dd}: {statistics.Total.Count.Value} meldinger, {statistics.Total.Open.Value} åpne");
    foreach (var r in statistics.Rows.OrderByDescending(r => r.Count.Value))
        Console.WriteLine($"  {(r.Dimensions!["category"].GetString() is { } code ? Vocabulary.Categories[code].Label : "Ikke satt"),-60}{r.Count.Value,6}");
}
return 0;

async Task<IAvvikClient> ClientAsync(string organization, string role)
{
    if (clients.TryGetValue((organization, role), out var known)) return known;
    using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal) { ["organization"] = organization, ["role"] = role });
    using var answer = await tokens.PostAsync("token", form);
    answer.EnsureSuccessStatusCode();
    var token = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("access_token").GetString();
    return clients[(organization, role)] = AvvikClient.Connect(new Uri(gateway), token!);
}

// What waits in triage is decided as a coordinator would who follows the first suggestion.
async Task<(CaseRow Case, bool Decided)> InWorklistAsync(IAvvikClient coordinator, Deviation receipt, long started)
{
    using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
    for (var decided = false; Stopwatch.GetElapsedTime(started) < patience; await pause.WaitForNextTickAsync())
    {
        if ((await coordinator.ListCasesAsync(new() { Q = receipt.Reference })).Items is [var found, ..]) return (found, decided);
        if (decided || (await coordinator.ListTriageAsync(new() { Limit = 200 })).Items.FirstOrDefault(i => i.Id == receipt.Id && i.State == "triage") is not { } waiting) continue;
        await coordinator.DecideAsync(receipt.Id, new() { Decision = "route", Category = waiting.Suggestions is [var best, ..] ? best.Category : "other" });
        decided = true;
    }
    throw new TimeoutException($"{receipt.Reference} did not reach a worklist within {patience}.");
}

static string Name(string organization) => HealthCommunities.Party(organization)!.Name;

static string Cut(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

static void Progress(int done, int all)
{
    var filled = 40 * done / all;
    Console.Write($"\r[{new string('█', filled)}{new string('░', 40 - filled)}] {done}/{all}");
}

internal sealed record Row(string Reference, string From, string To, string Category, string Unit, double Milliseconds, string Note, bool AsExpected);
