using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Data.Sqlite;

namespace Avvik.Load;

/// <param name="Median">Milliseconds.</param>
/// <param name="Longest">Milliseconds.</param>
/// <param name="Aim">What the median is to be under.</param>
internal sealed record StatisticsAsked(string Question, double Median, double Longest, int Aim);

internal sealed record StatisticsResult(int Cores, int History, double LoadSeconds, double FreezeSeconds, int Mebibytes,
    IReadOnlyList<StatisticsAsked> Questions);

/// <summary>
/// How fast Statistics answers over six years of two million deviations on SQLite: loads a made-up history straight into its table (seeded, with
/// seasons, growth, weeks in which something is wrong somewhere, and a few units and municipalities that have most), starts the service alone, and asks it.
/// </summary>
internal static class StatisticsBench
{
    private const string Trust = "983971709";
    private const int Rounds = 6, LongestYear = 100, LongestPack = 2000;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly (string Number, string Region, string Organization)[] Municipalities =
    [
        ("3403", "hamarregionen", "970540008"), ("3411", "hamarregionen", "864950582"), ("3413", "hamarregionen", "970169717"),
        ("3407", "gjovik-hadeland", "940155223"), ("3443", "gjovik-hadeland", "971028300"),
        ("3442", "gjovik-hadeland", "964949859"), ("3446", "gjovik-hadeland", "961381541"), ("3451", "valdres", "961381908"), ("3449", "valdres", "961381819"),
        ("3454", "valdres", "961382246"),
    ];
    private static readonly string[] Units = ["si-elverum-hamar", "si-gjovik-lillehammer", "si-tynset", "si-psykisk-helsevern", "si-prehospital",
        "si-habilitering"];
    private static readonly (string Category, string Clause)[] Categories = [("dischargeSummary", "5"), ("discharge", "5"), ("medication", "2"),
        ("referral", "3"), ("admission", "3"), ("dischargeReady", "5")];
    private static readonly string[] Kinds = ["agreementBreach", "incident", "nearMiss", "risk", "goodPractice"],
        Degrees = ["none", "mild", "unknown", "moderate", "severe"];
    private static readonly string[] Groups = ["", ",frailElderly,", ",frailElderly,multipleChronicConditions,", ",maternity,", ",childrenAndYouth,"];
    private static readonly string[] Causes = ["", ",communication,", ",capacity,communication,", ",agreementUnclear,"];
    private static readonly string[] By = ["", "category", "municipality", "unit,category", "direction,clause", "patientGroup", "cause", "quarter,kind",
        "region,municipality,direction", "category,unit,municipality,harm"];

    public static async Task RunAsync(int history, bool json)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        using var gateway = new GatewayKey("statistics");
        await using var service = new ServiceProcess("Avvik.Statistics",
            new Dictionary<string, string>(database.Settings.Concat(EventKeys.SettingsOf("statistics")), StringComparer.Ordinal)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
                ["InternalToken:PublicKeyFile"] = gateway.PublicKeyFile,
                // It is asked faster than any person does.
                ["Questions:PerMinute"] = "1000000",
                // Its watermarks count at once.
                ["Watermarks:MarginSeconds"] = "0",
                // Nobody listens: it is asked, not sent to.
                ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
            });
        using var client = new HttpClient { BaseAddress = service.Address, Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Token(Trust, [Roles.Secretariat]));

        // Once for its tables; then the history; then to be asked.
        await service.StartAsync();
        await service.StopAsync();
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var from = new DateOnly(today.Year - 6, 1, 1);
        var clock = Stopwatch.StartNew();
        await LoadAsync(database, history, from, today);
        var loaded = clock.Elapsed.TotalSeconds;
        await Console.Error.WriteLineAsync($"{history} deviations loaded");

        clock.Restart();
        await service.StartAsync();
        // What its publishers would say: everything until now has arrived. It freezes within a minute of that.
        var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var publisher in new[] { "triage", "routing" })
            await database.ExecuteAsync($$"""
                insert into publisher_watermark (publisher, complete_until, applied, parked, applied_at, chained) values ('{{publisher}}', {{at}},
                '[{"publisher":"reporting","completeUntil":"{{DateTimeOffset.UtcNow:O}}"},
                  {"publisher":"triage","completeUntil":"{{DateTimeOffset.UtcNow:O}}"}]', 0, {{at}}, 1)
                """);
        var yearBefore = today.AddMonths(-3).Year - 1;
        await Eventually.IsTrue(async () => (await client.GetFromJsonAsync<JsonElement>($"/api/v1/reports/innlandet/{yearBefore}-Q4/versions"))
            .GetProperty("items").GetArrayLength() > 0, TimeSpan.FromMinutes(10));
        var frozen = clock.Elapsed.TotalSeconds;
        await Console.Error.WriteLineAsync("frozen");

        var questions = new List<StatisticsAsked>();
        foreach (var by in By)
        {
            var times = new List<double>();
            for (var round = 0; round < Rounds; round++)
            {
                // Another year each time, as people ask; the first of them is where nobody has asked before.
                var start = today.AddDays(-365 - 30 * round);
                times.Add(await TimeAsync(() =>
                    client.GetAsync(new Uri($"/api/v1/statistics?from={start:yyyy-MM-dd}&to={start.AddDays(364):yyyy-MM-dd}&by={by}", UriKind.Relative)),
                    HttpStatusCode.OK));
            }
            questions.Add(new($"a year {(by.Length == 0 ? "in all" : $"by {by}")}", Median(times), times.Max(), LongestYear));
        }
        var packs = new List<double>();
        for (var year = from.Year; year <= yearBefore; year++)
            for (var quarter = 1; quarter <= 4; quarter++)
                // A revision rounds the quarter again, and stores its report.
                packs.Add(await TimeAsync(() => client.PostAsJsonAsync($"/api/v1/reports/innlandet/{year}-Q{quarter}/freeze", new { reason = "bench" }),
                    HttpStatusCode.Created));
        questions.Add(new("a quarter pack, computed and frozen", Median(packs), packs.Max(), LongestPack));
        foreach (var path in new[] { $"{yearBefore}", $"regions/hamarregionen/{yearBefore}", $"patient-groups/frailElderly/{yearBefore}",
            "agreements/innlandet-2024", $"{yearBefore}-Q4.xlsx", $"{yearBefore}-Q4.pdf" })
        {
            var times = new List<double>();
            for (var round = 0; round < Rounds; round++)
                times.Add(await TimeAsync(() => client.GetAsync(new Uri($"/api/v1/reports/innlandet/{path}", UriKind.Relative)), HttpStatusCode.OK));
            questions.Add(new(path, Median(times), times.Max(), LongestPack));
        }
        using var process = Process.GetProcessById(service.Id);
        var result = new StatisticsResult(Environment.ProcessorCount, history, Math.Round(loaded, 1), Math.Round(frozen, 1), (int)(process.WorkingSet64 >> 20),
            questions);
        if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(result, Json));
        else Print(result, Console.Out);
    }

    private static async Task<double> TimeAsync(Func<Task<HttpResponseMessage>> ask, HttpStatusCode expected)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await ask();
        await answer.Content.ReadAsByteArrayAsync();
        if (answer.StatusCode != expected) throw new BenchException($"{answer.RequestMessage!.RequestUri} answered {(int)answer.StatusCode}.");
        return Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1);
    }

    private static async Task LoadAsync(TestDatabase database, int count, DateOnly from, DateOnly to)
    {
        await using var connection = new SqliteConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using (var pragma = connection.CreateCommand())
        {
            pragma.CommandText = "pragma synchronous = off";
            await pragma.ExecuteNonQueryAsync();
        }
        string[] columns =
        [
            "deviation_id", "version", "community", "region", "municipality", "unit", "direction", "respondent", "agreement", "kind", "category", "clause",
            "patient_groups", "causes", "actual_harm", "state",
            "received_on", "quarter", "received_at", "due_at", "answered_at", "answer_tenths_of_days", "in_time", "hops", "hop_pairs", "is_open", "disputes",
            "escalations", "reopenings",
            "measures", "measures_done", "measures_checked", "lessons", "stamp",
        ];
        await using var transaction = connection.BeginTransaction();
        await using var insert = connection.CreateCommand();
        insert.CommandText = $"insert into facts ({string.Join(", ", columns)}) values ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        for (var i = 0; i < columns.Length; i++) insert.Parameters.Add(new SqliteParameter($"@p{i}", null));
        insert.Prepare();
#pragma warning disable CA5394 // not for secrets: for the same history again
        var random = new Random(2026);
        T Some<T>(T[] of) => of[(int)(of.Length * Math.Pow(random.NextDouble(), 1.8))];
        var days = to.DayNumber - from.DayNumber + 1;
        var cluster = (Left: 0, Day: from, Municipality: Municipalities[0], Category: Categories[0]);
        for (var n = 0; n < count; n++)
        {
            // More each year, and least in July and at weekends.
            DateOnly day;
            do day = from.AddDays((int)(days * Math.Pow(random.NextDouble(), 0.8)));
            while ((day.Month == 7 && random.Next(2) == 0) || (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday && random.Next(4) > 0));
            // One in fifty belongs to a week in which something is wrong somewhere: a new system, a closed ward.
            if (cluster.Left == 0 && random.Next(10_000) == 0) cluster = (200, day, Some(Municipalities), Some(Categories));
            var isOfCluster = cluster.Left > 0;
            if (isOfCluster) (cluster.Left, day) = (cluster.Left - 1, cluster.Day.AddDays(random.Next(7)) is var within && within > to ? to : within);
            var at = new DateTimeOffset(day.ToDateTime(new(random.Next(7, 20), random.Next(60))), TimeSpan.FromHours(1));
            var (municipality, category, toTrust) = (isOfCluster ? cluster.Municipality : Some(Municipalities),
                isOfCluster ? cluster.Category : Some(Categories), random.Next(5) < 3);
            var tenths = day.DayNumber > to.DayNumber - 20 || random.Next(12) == 0 ? (int?)null : (int)(-90 * Math.Log(1 - random.NextDouble())) + 3;
            var hops = random.Next(12) == 0 ? 1 : 0;
            object?[] values =
            [
                Guid.CreateVersion7(at), random.Next(3, 9), "innlandet", municipality.Region, municipality.Number,
                toTrust ? Some(Units) : $"{municipality.Number}-tildeling",
                toTrust ? "municipalityToTrust" : "trustToMunicipality", toTrust ? Trust : municipality.Organization,
                day < new DateOnly(2024, 3, 1) ? "innlandet-2019" : "innlandet-2024", Some(Kinds),
                category.Category, category.Clause, Some(Groups), tenths is null ? "" : Some(Causes), Some(Degrees), tenths is null ? "inProgress" : "closed",
                day, $"{day.Year:0000}-Q{(day.Month + 2) / 3}",
                at.ToUnixTimeMilliseconds(), at.AddDays(21).ToUnixTimeMilliseconds(), tenths is { } t ? at.AddDays(t / 10.0).ToUnixTimeMilliseconds() : null,
                tenths, tenths <= 210, hops,
                hops > 0 ? ",si-tynset>si-elverum-hamar," : "", tenths is null, random.Next(30) == 0 ? 1 : 0, 0, 0, tenths is null ? 0 : 1,
                random.Next(2) * (tenths is null ? 0 : 1), 0, random.Next(60) == 0 ? 1 : 0, random.NextInt64(1L << 32),
            ];
#pragma warning restore CA5394
            for (var i = 0; i < values.Length; i++) insert.Parameters[i].Value = values[i] ?? DBNull.Value;
            await insert.ExecuteNonQueryAsync();
        }
        await transaction.CommitAsync();
    }

    private static double Median(List<double> of) => of.Order().ElementAt(of.Count / 2);

    private static void Print(StatisticsResult result, TextWriter to)
    {
        to.WriteLine($"{$"{result.History} deviations in six years, SQLite, ms",-52}{"median",10}{"longest",10}   aim");
        foreach (var asked in result.Questions)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{asked.Question,-52}{asked.Median,10:F0}{asked.Longest,10:F0}   median < {asked.Aim}"));
        to.WriteLine();
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Cores} cores; loaded in {result.LoadSeconds:F0} s; every quarter frozen (reading all rows) {result.FreezeSeconds:F0} s after start; "
            + $"{result.Mebibytes} MiB."));
    }
}
