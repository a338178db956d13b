using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Avvik.Contracts;
using Avvik.Routing.Search;
using Avvik.TextProtection;
using Npgsql;
using NpgsqlTypes;

namespace Avvik.Load;

/// <summary>How many of a party's cases have which word.</summary>
internal sealed record WordCounts(int Cases, IReadOnlyDictionary<string, int> Words)
{
    // Short ones are beginnings of others.
    private IEnumerable<KeyValuePair<string, int>> Long => Words.Where(w => w.Key.Length >= 6);

    public string With(int cases) => Long.MinBy(w => (Math.Abs(w.Value - cases), w.Key)).Key;

    public string Most => Long.MaxBy(w => w.Value).Key;

    public int Count(string word) => Words[word];
}

/// <summary>
/// Cases straight into Routing's table: what a good many years bring. Sentences of the corpus in new company, and words that few have; the same every
/// time.
/// </summary>
internal static partial class ManyCases
{
    private static readonly string[] Columns =
    [
        "id", "version", "state", "is_final", "unit", "reference", "community", "reporter_organization", "respondent_organization", "category", "actual_harm",
        "harm_rank", "priority",
        "received_at", "clock_started_at", "due_at", "acknowledge_by", "closed_at", "hops", "unit_hops", "disputes", "escalations", "reopenings", "follow_ups",
        "lessons", "reminders",
        "acknowledge_reminded", "notice_reminded", "reporter_warned", "closings", "rule", "rule_version", "reasons", "facts", "narrative", "is_indexed",
    ];
    private static readonly string[] Open = [CaseStates.Routed, CaseStates.Acknowledged, CaseStates.InProgress, CaseStates.AwaitingReporter,
        CaseStates.Answered, CaseStates.Disputed];
    private static readonly string[] Degrees = ["unknown", "notReached", "none", "mild", "moderate", "severe", "death"];
    private static readonly DateTimeOffset From = new(2023, 1, 2, 7, 0, 0, TimeSpan.Zero);
    private const double Days = 1300;

    /// <param name="key">Of the texts, in base64: the service's only one, <c>k1</c>.</param>
    public static async Task<WordCounts> LoadAsync(DbConnection connection, string corpus, int count, string trust, string key)
    {
        var texts = new TextProtector(new KeyRing(new() { ActiveKey = "k1", Keys = { ["k1"] = key } }));
        var words = new Dictionary<string, int>(StringComparer.Ordinal);
        var ofTrust = 0;
        IEnumerable<(object[] Row, int[] Words)> Counted()
        {
            foreach (var (row, indexed, narrative, theirs) in Make(corpus, count, trust, texts))
            {
                if (theirs)
                {
                    ofTrust++;
                    foreach (var word in Word().Matches(narrative).Select(m => m.Value.ToLowerInvariant()).Distinct(StringComparer.Ordinal))
                        words[word] = words.GetValueOrDefault(word) + 1;
                }
                yield return (row, indexed);
            }
        }
        if (connection is NpgsqlConnection postgres) await CopyAsync(postgres, Counted());
        else await InsertAsync(connection, Counted());
        return new(ofTrust, words);
    }

    private static IEnumerable<(object[] Row, int[] Words, string Narrative, bool OfTrust)> Make(string corpus, int count, string trust, TextProtector texts)
    {
        var tokens = new WordTokens(texts);
        var random = new Random(20260901);
        var sentences = File.ReadLines(corpus).Where(line => line.Length > 0).Select(line => (string)JsonNode.Parse(line)!["submission"]!["narrative"]!)
            .SelectMany(text => Sentence().Split(text)).Where(s => s.Length > 20).Distinct(StringComparer.Ordinal).ToArray();
        var parts = sentences.SelectMany(s => Word().Matches(s).Select(m => m.Value.ToLowerInvariant())).Where(w => w.Length is >= 5 and <= 9)
            .Distinct(StringComparer.Ordinal).ToArray();
        var party = HealthCommunities.Party(trust)!;
        var home = party.Community.Parties.Where(p => p != party).ToArray();
        var elsewhere = HealthCommunities.All.Where(c => c != party.Community).ToArray();
        var categories = Vocabulary.Categories.Values.ToArray();
        for (var i = 0; i < count; i++)
        {
            var (reporter, respondent) = Parties(party, home, elsewhere, random);
            var category = Any(categories, random);
            var received = From.AddDays(Days * i / count);
            var (state, closed) = random.NextDouble() < 0.7 ? (random.Next(12) == 0 ? CaseStates.Withdrawn : CaseStates.Closed,
                received.AddDays(random.Next(5, 40))) : (Any(Open, random), (DateTimeOffset?)null);
            var harm = random.Next(Degrees.Length);
            var narrative =
                $"{string.Join(' ', Enumerable.Range(0, random.Next(2, 5)).Select(_ => Any(sentences, random)))} Gjelder {Compound()} og {Compound()}.";
            var facts = new DeviationFacts
            {
                Reference = $"AVV-{received.Year}-{i:D6}",
                Community = respondent.Community.Code,
                Direction = Directions.Between(reporter, respondent),
                ReporterOrganization = reporter.OrganizationNumber,
                RespondentOrganization = respondent.OrganizationNumber,
                Agreement = respondent.Community.AgreementOn(DateOnly.FromDateTime(received.Date))?.Code,
                Kind = "incident",
                OccurredOn = DateOnly.FromDateTime(received.Date),
                ReceivedAt = received,
                Category = category.Code,
                Clause = category.Clause,
                PatientGroups = ["frailElderly"],
                ActualHarm = Degrees[harm],
            };
            var at = received.ToUnixTimeMilliseconds();
            yield return (
            [
                Guid.CreateVersion7(received), 7, state, closed is not null, respondent.Units[random.Next(respondent.Units.Count)].Code, facts.Reference,
                facts.Community, facts.ReporterOrganization,
                facts.RespondentOrganization, category.Code, facts.ActualHarm, harm, Priorities.Normal, at, at,
                received.AddDays(21).ToUnixTimeMilliseconds() + random.Next(1_000_000), at, (object?)closed?.ToUnixTimeMilliseconds() ?? DBNull.Value,
                0, "[]", 0, 0, 0, 0, 0, 0, false, false, false, "[]", "categoryService", 1, """["category:reporter","clause:category","priority:default"]""",
                JsonSerializer.Serialize(facts, ContractJson.Default.DeviationFacts), texts.Protect(narrative).Value, true,
            ], tokens.OfCase(narrative, facts.Reference), narrative, reporter == party || respondent == party);
        }

        // Some are in many, and most in few, as words are.
        string Compound()
        {
            var n = (int)Math.Exp(random.NextDouble() * Math.Log(parts.Length * 100.0));
            return parts[n % parts.Length] + parts[(n / parts.Length * 7 + n) % parts.Length];
        }
    }

    /// <summary>Half of all are the trust's: most that it is to answer, some that it has reported.</summary>
    private static (Party Reporter, Party Respondent) Parties(Party trust, Party[] home, HealthCommunity[] elsewhere, Random random)
    {
        switch (random.Next(10))
        {
            case < 4: return (Any(home, random), trust);
            case 4: return (trust, Any(home, random));
            case < 7:
                var first = random.Next(home.Length);
                return (home[first], home[(first + 1 + random.Next(home.Length - 1)) % home.Length]);
            default:
                var other = Any(elsewhere, random);
                return (Any([.. other.Regions.SelectMany(r => r.Municipalities)], random), other.Trust);
        }
    }

    private static T Any<T>(T[] of, Random random) => of[random.Next(of.Length)];

    private static async Task InsertAsync(DbConnection connection, IEnumerable<(object[] Row, int[] Words)> rows)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction,
            $"insert into cases ({string.Join(", ", Columns)}) values ({string.Join(", ", Columns.Select((_, i) => $"@p{i}"))})");
        for (var i = 0; i < Columns.Length; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@p{i}";
            command.Parameters.Add(parameter);
        }
        await using var index = connection.CreateCommand();
        (index.Transaction, index.CommandText) = (transaction, "insert into case_search (case_id, words) values (@id, @words)");
        foreach (var name in new[] { "@id", "@words" })
        {
            var parameter = index.CreateParameter();
            parameter.ParameterName = name;
            index.Parameters.Add(parameter);
        }
        foreach (var (row, words) in rows)
        {
            for (var i = 0; i < row.Length; i++) command.Parameters[i].Value = row[i];
            await command.ExecuteNonQueryAsync();
            index.Parameters[0].Value = row[0];
            index.Parameters[1].Value = CaseIndex.WordsOf((string)row[7], (string)row[8], words);
            await index.ExecuteNonQueryAsync();
        }
        await transaction.CommitAsync();
    }

    private static async Task CopyAsync(NpgsqlConnection connection, IEnumerable<(object[] Row, int[] Words)> rows)
    {
        await using (var copy = await connection.BeginBinaryImportAsync($"copy cases ({string.Join(", ", Columns)}, words) from stdin (format binary)"))
        {
            foreach (var (row, words) in rows)
            {
                await copy.StartRowAsync();
                foreach (var value in row)
                    await (value switch
                    {
                        DBNull => copy.WriteNullAsync(),
                        Guid id => copy.WriteAsync(id, NpgsqlDbType.Uuid),
                        bool yes => copy.WriteAsync(yes, NpgsqlDbType.Boolean),
                        int number => copy.WriteAsync(number, NpgsqlDbType.Integer),
                        long instant => copy.WriteAsync(instant, NpgsqlDbType.Bigint),
                        _ => copy.WriteAsync(Convert.ToString(value, CultureInfo.InvariantCulture)!, NpgsqlDbType.Text),
                    });
                await copy.WriteAsync(words, NpgsqlDbType.Array | NpgsqlDbType.Integer);
            }
            await copy.CompleteAsync();
        }
        // What the server does by itself within a minute of such a load.
        await using var vacuum = new NpgsqlCommand("vacuum analyze cases", connection) { CommandTimeout = 600 };
        await vacuum.ExecuteNonQueryAsync();
    }

    [GeneratedRegex(@"(?<=[.!?])\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Sentence();

    [GeneratedRegex(@"\p{L}+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();
}
