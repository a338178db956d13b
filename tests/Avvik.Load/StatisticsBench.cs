using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Load;

/// <param name="Median">Milliseconds.</param>
/// <param name="Longest">Milliseconds.</param>
/// <param name="Aim">What the median is to be under.</param>
internal sealed record StatisticsAsked(string Question, double Median, double Longest, int Aim);

/// <param name="MonthsSeconds">To write every month from the facts, once, after an upgrade.</param>
/// <param name="FirstMilliseconds">The first question after a restart.</param>
/// <param name="IdleMebibytes">Of the process before it is asked anything.</param>
/// <param name="Mebibytes">Of the process after all questions.</param>
/// <param name="PrivateMebibytes">Of those, what no other process can share: without program files.</param>
internal sealed record StatisticsResult(string Engine, int Cores, int History, double LoadSeconds, double MonthsSeconds, double FirstMilliseconds,
    int IdleMebibytes, int Mebibytes, int PrivateMebibytes, IReadOnlyList<StatisticsAsked> Questions);

/// <summary>
/// How fast Statistics answers over six years of deviations, on each engine, and what it needs: loads a made-up history straight into its table (seeded, with
/// seasons, growth, weeks in which something is wrong somewhere, and a few units and municipalities that have most), starts the service alone, and asks it.
/// </summary>
internal static class StatisticsBench
{
    private const string Trust = "983971709";
    private const int Rounds = 6, LongestYear = 50, LongestChanged = 1000, LongestPack = 2000, LargestQuarter = 15_000;
    // More are copies of these, under ids of their own.
    private const int MostMade = 250_000;
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
        var results = new List<StatisticsResult>();
        foreach (var provider in new[] { DatabaseProvider.Sqlite, DatabaseProvider.Postgres })
        {
            await using var database = await Databases.CreateAsync(provider);
            results.Add(await RunAsync(database, provider, history));
            if (!json) Print(results[^1], Console.Out);
        }
        if (json) await Console.Out.WriteLineAsync(JsonSerializer.Serialize(results, Json));
    }

    private static async Task<StatisticsResult> RunAsync(TestDatabase database, DatabaseProvider provider, int history)
    {
        using var gateway = new GatewayKey("statistics");
        await using var service = new ServiceProcess("Avvik.Statistics",
            new Dictionary<string, string>(database.Settings.Concat(EventKeys.SettingsOf("statistics")), StringComparer.Ordinal)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
                ["InternalToken:PublicKeyFile"] = gateway.PublicKeyFile,
                ["NoteProtection:ActiveKey"] = "k1",
                ["NoteProtection:Keys:k1"] = TestKeys.Of("NoteProtection"),
                // It is asked faster than any person does.
                ["Questions:PerMinute"] = "1000000",
                // Its watermarks count at once.
                ["Watermarks:MarginSeconds"] = "0",
                // Nobody listens: it is asked, not sent to.
                ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
            });
        using var client = new HttpClient { BaseAddress = service.Address, Timeout = TimeSpan.FromMinutes(5) };
        // Tokens are valid for minutes, and writing the months of many deviations takes longer.
        void SignIn() => client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", gateway.Token(Trust, [Roles.Secretariat]));

        // Once for its tables; then the history; then for its months; then to be asked.
        await service.StartAsync();
        await service.StopAsync();
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var from = new DateOnly(today.Year - 6, 1, 1);
        var clock = Stopwatch.StartNew();
        await LoadAsync(database, provider, history, from, today);
        var loaded = clock.Elapsed.TotalSeconds;
        await Console.Error.WriteLineAsync($"{history} deviations loaded in {loaded:F0} s");

        clock.Restart();
        await service.StartAsync();
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from fact_changes") == 0, TimeSpan.FromMinutes(60));
        var written = clock.Elapsed.TotalSeconds;
        await service.StopAsync();
        await service.StartAsync();
        using var process = Process.GetProcessById(service.Id);
        var idle = Mebibytes(process);

        var questions = new List<StatisticsAsked>();
        Task<double> AskAsync(DateOnly start, string by) => TimeAsync(() =>
            client.GetAsync(new Uri($"/api/v1/statistics?from={start:yyyy-MM-dd}&to={start.AddDays(364):yyyy-MM-dd}&by={by}", UriKind.Relative)),
            HttpStatusCode.OK);
        SignIn();
        var first = await AskAsync(today.AddDays(-364), By[^1]);
        foreach (var by in By)
        {
            var times = new List<double>();
            // Another year each time, as people ask; the first of them is where nobody has asked before.
            for (var round = 0; round < Rounds; round++) times.Add(await AskAsync(today.AddDays(-365 - 30 * round), by));
            questions.Add(new($"a year {(by.Length == 0 ? "in all" : $"by {by}")}", Median(times), times.Max(), LongestYear));
        }
        // Something was received, so that the month is written anew before it is counted.
        var day = $"{(provider is DatabaseProvider.Sqlite ? "" : "date ")}'{today:yyyy-MM-dd}'";
        await database.ExecuteAsync($"insert into fact_changes (community, day) values ('innlandet', {day})");
        var changed = await AskAsync(today.AddDays(-364), By[^1]);
        questions.Add(new("a year, after a change to its last month", changed, changed, LongestChanged));
        var result = new StatisticsResult(provider.ToString(), Environment.ProcessorCount, history, Math.Round(loaded, 1), Math.Round(written, 1), first, idle,
            Mebibytes(process), PrivateMebibytes(process), questions);

        // What its publishers would say: everything until now has arrived, so a quarter can be frozen. Where each has tens of thousands, that is not measured.
        if (history / 24 > LargestQuarter) return result;
        var at = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        foreach (var publisher in new[] { "triage", "routing" })
            await database.ExecuteAsync($$"""
                insert into publisher_watermark (publisher, complete_until, applied, parked, applied_at, chained) values ('{{publisher}}', {{at}},
                '[{"publisher":"reporting","completeUntil":"{{DateTimeOffset.UtcNow:O}}"},
                  {"publisher":"triage","completeUntil":"{{DateTimeOffset.UtcNow:O}}"}]', 0, {{at}}, {{(provider is DatabaseProvider.Sqlite ? "1" : "true")}})
                """);
        SignIn();
        var yearBefore = today.AddMonths(-3).Year - 1;
        await Eventually.IsTrue(async () => (await client.GetFromJsonAsync<JsonElement>($"/api/v1/reports/innlandet/{yearBefore}-Q4/versions"))
            .GetProperty("items").GetArrayLength() > 0, TimeSpan.FromMinutes(10));
        var packs = new List<double>();
        for (var quarter = 1; quarter <= 4; quarter++)
            // A revision rounds the quarter again, and stores its report.
            packs.Add(await TimeAsync(() => client.PostAsJsonAsync($"/api/v1/reports/innlandet/{yearBefore}-Q{quarter}/freeze", new { reason = "bench" }),
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
        return result with { Mebibytes = Mebibytes(process), PrivateMebibytes = PrivateMebibytes(process) };
    }

    private static int Mebibytes(Process process)
    {
        process.Refresh();
        return (int)(process.WorkingSet64 >> 20);
    }

    private static int PrivateMebibytes(Process process) => int.Parse(File.ReadLines($"/proc/{process.Id}/smaps_rollup")
        .Single(line => line.StartsWith("Private_Dirty:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) >> 10;

    private static async Task<double> TimeAsync(Func<Task<HttpResponseMessage>> ask, HttpStatusCode expected)
    {
        var started = Stopwatch.GetTimestamp();
        using var answer = await ask();
        await answer.Content.ReadAsByteArrayAsync();
        if (answer.StatusCode != expected) throw new BenchException($"{answer.RequestMessage!.RequestUri} answered {(int)answer.StatusCode}.");
        return Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds, 1);
    }

    private static async Task LoadAsync(TestDatabase database, DatabaseProvider provider, int count, DateOnly from, DateOnly to)
    {
        await using var connection = await database.OpenAsync();
        async Task RunAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.CommandTimeout) = (sql, 0);
            await command.ExecuteNonQueryAsync();
        }
        var isSqlite = provider is DatabaseProvider.Sqlite;
        Task<List<(string Name, string Sql)>> DefinedAsync(string kind) => database.QueryAsync(isSqlite
            ? $"select name, sql from sqlite_master where type = '{kind}' and tbl_name = 'facts' and sql is not null"
            : $"select indexname, indexdef from pg_indexes where '{kind}' = 'index' and tablename = 'facts' and indexname like 'ix_%'",
            r => (r.GetString(0), r.GetString(1)));
        // Each day is noted once below, in place of every fact; and an index is sorted once, in place of growing everywhere at once.
        var (triggers, indexes) = (await DefinedAsync("trigger"), await DefinedAsync("index"));
        foreach (var (name, _) in triggers) await RunAsync($"drop trigger {name}");
        foreach (var (name, _) in indexes) await RunAsync($"drop index {name}");
        await RunAsync(isSqlite ? "pragma synchronous = off; pragma cache_size = -200000"
            : "alter table facts disable trigger user; set synchronous_commit = off; set maintenance_work_mem = '512MB'");
        string[] columns =
        [
            "deviation_id", "version", "community", "region", "municipality", "unit", "direction", "reporter", "respondent", "agreement", "kind", "category",
            "clause", "patient_groups", "causes", "actual_harm", "state",
            "received_on", "quarter", "received_at", "due_at", "answered_at", "answer_tenths_of_days", "in_time", "hops", "hop_pairs", "is_open", "disputes",
            "escalations", "reopenings",
            "measures", "measures_done", "measures_checked", "lessons", "stamp",
        ];
        var made = Math.Min(count, MostMade);
        await MakeAsync(connection, columns, made, from, to);
        for (var copies = 1; copies * (long)made < count; copies++)
        {
            // In the order of their ids, so that the primary key grows at its end.
            var id = isSqlite ? $"'F{copies:X3}' || substr(deviation_id, 5)" : $"overlay(deviation_id::text placing 'f{copies:x3}' from 1 for 4)::uuid";
            await RunAsync($"""
                insert into facts ({string.Join(", ", columns)}) select {id}, {string.Join(", ", columns.Skip(1))} from
                (select * from facts where {(isSqlite ? "deviation_id < 'F'" : "deviation_id < 'f0000000-0000-0000-0000-000000000000'")}
                 order by deviation_id limit {count - copies * (long)made}) made
                """);
        }
        foreach (var (_, sql) in indexes.Concat(triggers)) await RunAsync(sql);
        await RunAsync("insert into fact_changes (community, day) select distinct community, received_on from facts");
        if (!isSqlite) await RunAsync("alter table facts enable trigger user; analyze facts");
    }

    private static async Task MakeAsync(System.Data.Common.DbConnection connection, string[] columns, int count, DateOnly from, DateOnly to)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using var insert = connection.CreateCommand();
        insert.CommandText = $"insert into facts ({string.Join(", ", columns)}) values ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        insert.Transaction = transaction;
        for (var i = 0; i < columns.Length; i++)
        {
            var parameter = insert.CreateParameter();
            parameter.ParameterName = $"@p{i}";
            insert.Parameters.Add(parameter);
        }
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
                toTrust ? "municipalityToTrust" : "trustToMunicipality", toTrust ? municipality.Organization : Trust,
                toTrust ? Trust : municipality.Organization,
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

    internal static double Median(List<double> of) => of.Order().ElementAt(of.Count / 2);

    private static void Print(StatisticsResult result, TextWriter to)
    {
        to.WriteLine($"{$"{result.History} deviations in six years, {result.Engine}, ms",-60}{"median",10}{"longest",10}   aim");
        foreach (var asked in result.Questions)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{asked.Question,-60}{asked.Median,10:F0}{asked.Longest,10:F0}   median < {asked.Aim}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{"the first question after a restart",-60}{result.FirstMilliseconds,20:F0}   < 1000"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{"MiB, before the first question and after the last",-60}{result.IdleMebibytes,10}{result.Mebibytes,10}   <= 150"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"of these private, after the last",-60}{result.PrivateMebibytes,20}   <= 150"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Cores} cores; loaded in {result.LoadSeconds:F0} s; every month written from the facts in {result.MonthsSeconds:F0} s."));
        to.WriteLine();
    }
}
