using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Avvik.Load;

/// <summary>
/// How fast Statistics answers over six years of two million deviations on SQLite: loads a made-up history straight into its table (seeded, with
/// seasons and a few units and municipalities that have most), starts the service alone, and asks it.
/// </summary>
internal static class StatisticsBench
{
    private const string Trust = "983971709";
    private static readonly (string Number, string Region, string Organization)[] Municipalities =
    [
        ("3403", "hamarregionen", "970540008"), ("3411", "hamarregionen", "864950582"), ("3413", "hamarregionen", "970169717"), ("3407", "gjovik-hadeland", "940155223"), ("3443", "gjovik-hadeland", "971028300"),
        ("3442", "gjovik-hadeland", "964949859"), ("3446", "gjovik-hadeland", "961381541"), ("3451", "valdres", "961381908"), ("3449", "valdres", "961381819"), ("3454", "valdres", "961382246"),
    ];
    private static readonly string[] Units = ["si-elverum-hamar", "si-gjovik-lillehammer", "si-tynset", "si-psykisk-helsevern", "si-prehospital", "si-habilitering"];
    private static readonly (string Category, string Clause)[] Categories = [("dischargeSummary", "5"), ("discharge", "5"), ("medication", "2"), ("referral", "3"), ("admission", "3"), ("dischargeReady", "5")];
    private static readonly string[] Kinds = ["agreementBreach", "incident", "nearMiss", "risk", "goodPractice"], Degrees = ["none", "mild", "unknown", "moderate", "severe"];
    private static readonly string[] Groups = ["", ",frailElderly,", ",frailElderly,multipleChronicConditions,", ",maternity,", ",childrenAndYouth,"];
    private static readonly string[] Causes = ["", ",communication,", ",capacity,communication,", ",agreementUnclear,"];
    private static readonly string[] By = ["", "category", "municipality", "unit,category", "direction,clause", "patientGroup", "cause", "quarter,kind", "region,municipality,direction", "category,unit,municipality,harm"];

    /// <summary>Words: the service's program, a folder, a port, the number of deviations.</summary>
    public static async Task RunAsync(string program, string folder, int port, int count)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var keyFile = Path.Combine(folder, "key.pem");
        await File.WriteAllTextAsync(keyFile, key.ExportSubjectPublicKeyInfoPem());
        var database = Path.Combine(folder, "statistics.db");
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token(key));

        // Once for its tables; then the history; then to be asked.
        using (var first = Start(program, database, keyFile, port)) await StopAsync(first, client);
        var today = DateOnly.FromDateTime(DateTime.UtcNow);
        var from = new DateOnly(today.Year - 6, 1, 1);
        var clock = Stopwatch.StartNew();
        Load(database, count, from, today);
        Print("loaded", $"{count} deviations in {clock.Elapsed.TotalSeconds:F0} s");

        clock.Restart();
        using var service = Start(program, database, keyFile, port);
        await ReadyAsync(client);
        var lastQuarter = today.AddMonths(-3) is var day ? (day.Year, Quarter: (day.Month + 2) / 3) : default;
        var yearBefore = lastQuarter.Year - 1;
        while ((await client.GetFromJsonAsync<JsonElement>($"/api/v1/reports/innlandet/{yearBefore}-Q4/versions")).GetProperty("items").GetArrayLength() == 0) await Task.Delay(200);
        Print("frozen by itself from the start", $"{(yearBefore - from.Year + 1) * 4} quarters in {clock.Elapsed.TotalSeconds:F1} s, the first read of every row among it");

        var asked = new List<double>();
        for (var round = 0; round < 6; round++)
            foreach (var by in By)
            {
                var start = today.AddDays(-365 - 30 * round);
                clock.Restart();
                using var answer = await client.GetAsync(new Uri($"/api/v1/statistics?from={start:yyyy-MM-dd}&to={start.AddDays(364):yyyy-MM-dd}&by={by}", UriKind.Relative));
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync();
                asked.Add(clock.Elapsed.TotalMilliseconds);
            }
        Print("statistics over a year, ms", $"median {Median(asked):F0}, longest {asked.Max():F0} (of {asked.Count}; aim: median < 100)");

        var packs = new List<double>();
        for (var year = from.Year; year <= yearBefore; year++)
            for (var quarter = 1; quarter <= 4; quarter++)
            {
                clock.Restart();
                // A revision computes the pack anew, for both audiences, and stores it.
                using var frozen = await client.PostAsJsonAsync($"/api/v1/reports/innlandet/{year}-Q{quarter}/freeze", new { reason = "bench" });
                if (frozen.StatusCode != HttpStatusCode.Created) throw new BenchException($"Freezing answered {(int)frozen.StatusCode}.");
                packs.Add(clock.Elapsed.TotalMilliseconds);
            }
        Print("quarter pack computed, ms", $"median {Median(packs):F0}, longest {packs.Max():F0} (of {packs.Count}; aim: each < 2000)");
        foreach (var path in new[] { $"{yearBefore}", $"regions/hamarregionen/{yearBefore}", $"patient-groups/frailElderly/{yearBefore}", "agreements/innlandet-2024", $"{yearBefore}-Q4.xlsx", $"{yearBefore}-Q4.pdf" })
        {
            clock.Restart();
            using var report = await client.GetAsync(new Uri($"/api/v1/reports/innlandet/{path}", UriKind.Relative));
            report.EnsureSuccessStatusCode();
            Print(path, $"{clock.Elapsed.TotalMilliseconds:F0} ms, {(await report.Content.ReadAsByteArrayAsync()).Length} bytes");
        }
        service.Refresh();
        Print("memory of the service", $"{service.WorkingSet64 / (1 << 20)} MiB");
        service.Kill();
        await service.WaitForExitAsync();
    }

    private static void Load(string database, int count, DateOnly from, DateOnly to)
    {
        using var connection = new SqliteConnection($"Data Source={database}");
        connection.Open();
        using (var pragma = connection.CreateCommand())
        {
            pragma.CommandText = "pragma synchronous = off";
            pragma.ExecuteNonQuery();
        }
        string[] columns =
        [
            "deviation_id", "version", "community", "region", "municipality", "unit", "direction", "respondent", "agreement", "kind", "category", "clause", "patient_groups", "causes", "actual_harm", "state",
            "received_on", "quarter", "received_at", "due_at", "answered_at", "answer_tenths_of_days", "in_time", "hops", "hop_pairs", "is_open", "disputes", "escalations", "reopenings",
            "measures", "measures_done", "measures_checked", "lessons", "stamp",
        ];
        using var transaction = connection.BeginTransaction();
        using var insert = connection.CreateCommand();
        insert.CommandText = $"insert into facts ({string.Join(", ", columns)}) values ({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        for (var i = 0; i < columns.Length; i++) insert.Parameters.Add(new SqliteParameter($"@p{i}", null));
        insert.Prepare();
#pragma warning disable CA5394 // not for secrets: for the same history again
        var random = new Random(2026);
        T Some<T>(T[] of) => of[(int)(of.Length * Math.Pow(random.NextDouble(), 1.8))];
        var days = to.DayNumber - from.DayNumber + 1;
        for (var n = 0; n < count; n++)
        {
            // More each year, and least in July.
            DateOnly day;
            do day = from.AddDays((int)(days * Math.Pow(random.NextDouble(), 0.8)));
            while (day.Month == 7 && random.Next(2) == 0);
            var at = new DateTimeOffset(day.ToDateTime(new(random.Next(7, 20), random.Next(60))), TimeSpan.FromHours(1));
            var (municipality, category, toTrust) = (Some(Municipalities), Some(Categories), random.Next(5) < 3);
            var tenths = day.DayNumber > to.DayNumber - 20 || random.Next(12) == 0 ? (int?)null : (int)(-90 * Math.Log(1 - random.NextDouble())) + 3;
            var hops = random.Next(12) == 0 ? 1 : 0;
            object?[] values =
            [
                Guid.CreateVersion7(at), random.Next(3, 9), "innlandet", municipality.Region, municipality.Number, toTrust ? Some(Units) : $"{municipality.Number}-tildeling",
                toTrust ? "municipalityToTrust" : "trustToMunicipality", toTrust ? Trust : municipality.Organization, day < new DateOnly(2024, 3, 1) ? "innlandet-2019" : "innlandet-2024", Some(Kinds),
                category.Category, category.Clause, Some(Groups), tenths is null ? "" : Some(Causes), Some(Degrees), tenths is null ? "inProgress" : "closed", day, $"{day.Year:0000}-Q{(day.Month + 2) / 3}",
                at.ToUnixTimeMilliseconds(), at.AddDays(21).ToUnixTimeMilliseconds(), tenths is { } t ? at.AddDays(t / 10.0).ToUnixTimeMilliseconds() : null, tenths, tenths <= 210, hops,
                hops > 0 ? ",si-tynset>si-elverum-hamar," : "", tenths is null, random.Next(30) == 0 ? 1 : 0, 0, 0, tenths is null ? 0 : 1, random.Next(2) * (tenths is null ? 0 : 1), 0, random.Next(60) == 0 ? 1 : 0, random.NextInt64(1L << 32),
            ];
#pragma warning restore CA5394
            for (var i = 0; i < values.Length; i++) insert.Parameters[i].Value = values[i] ?? DBNull.Value;
            insert.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    private static Process Start(string program, string database, string keyFile, int port)
    {
        var start = new ProcessStartInfo("dotnet", [program]) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = Path.GetDirectoryName(program)! };
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        start.Environment["Database__Provider"] = "Sqlite";
        start.Environment["ConnectionStrings__Database"] = $"Data Source={database}";
        start.Environment["InternalToken__PublicKeyFile"] = keyFile;
        // Nothing listens there, and nothing is waited for: it is asked, not sent to.
        start.Environment["RabbitMq__Uri"] = "amqp://guest:guest@127.0.0.1:1/";
        var service = Process.Start(start)!;
        service.BeginOutputReadLine();
        return service;
    }

    private static async Task StopAsync(Process service, HttpClient client)
    {
        await ReadyAsync(client);
        service.Kill();
        await service.WaitForExitAsync();
    }

    private static async Task ReadyAsync(HttpClient client)
    {
        for (var wait = Stopwatch.StartNew(); ; await Task.Delay(100))
            try
            {
                using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (ready.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (wait.Elapsed < TimeSpan.FromMinutes(1)) { }
    }

    private static string Token(ECDsa key)
    {
        static string Part(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var head = Part("""{"alg":"ES256","typ":"JWT"}"""u8.ToArray());
        var body = Part(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["iss"] = "avvik-gateway",
            ["aud"] = "avvik-services",
            ["exp"] = DateTimeOffset.UtcNow.AddHours(2).ToUnixTimeSeconds(),
            ["sub"] = "bench",
            ["client_id"] = "bench",
            ["organization"] = Trust,
            ["role"] = new[] { "secretariat" },
        }));
        return $"{head}.{body}.{Part(key.SignData(System.Text.Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256))}";
    }

    private static double Median(List<double> of) => of.Order().ElementAt(of.Count / 2);

    private static void Print(string what, FormattableString measured) => Console.WriteLine($"{what,-34}{measured.ToString(CultureInfo.InvariantCulture)}");
}
