using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>Many reports at once: those of today become cases, those of an earlier system count in their own quarters.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Import_tests(RunningSystem system)
{
    private const string Hamar = "970540008", Elverum = "952857991", SykehusetInnlandet = "983971709";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task File_that_was_cut_off_is_sent_again_and_each_line_is_one_case()
    {
        const int Lines = 600, Unreadable = 100, Unknown = 200;
        var run = new string([.. Guid.NewGuid().ToString("N").Select(c => char.IsAsciiDigit(c) ? (char)(c - '0' + 'g') : c)]);
        var lines = Enumerable.Range(1, Lines).Select(i => i switch
        {
            Unreadable => "{ nothing",
            Unknown => """{ "clientReference": "unknown", "kind": "agreementBreach", "colour": "blue" }""",
            _ => new JsonObject
            {
                ["clientReference"] = $"{run}-{(char)('a' + i / 26)}{(char)('a' + i % 26)}",
                ["kind"] = "agreementBreach",
                ["category"] = "dischargeSummary",
                ["occurredAt"] = "2026-08-14",
                ["respondent"] = new JsonObject { ["organizationNumber"] = SykehusetInnlandet },
                ["narrative"] = "Epikrisen kom ni dager etter utskrivning.",
            }.ToJsonString(),
        }).ToList();
        using var http = system.Http(await system.TokenAsync(Elverum, "client"));
        var stored = $"select count(*) from deviations where client_reference like '{run}%'";

        // The sender dies when a part has been taken.
        using var cut = new CancellationTokenSource();
        var sending = http.PostAsync(new Uri("api/v1/deviations/import", UriKind.Relative), new Endless(lines, cut.Token), cut.Token);
        await Eventually.IsTrue(async () => await system.CountAsync("reporting", stored) >= 64, Soon);
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.InRange(await system.CountAsync("reporting", stored), 64, Lines - 3);

        var answers = await ImportAsync(http, lines);
        Assert.Equal(Enumerable.Range(1, Lines), answers.Select(a => (int)a["line"]!));
        var (repeated, created) = (answers.Count(a => (int)a["status"]! == 200), answers.Count(a => (int)a["status"]! == 201));
        Assert.True(repeated >= 64 && created > 0 && repeated + created == Lines - 2, $"{repeated} repeated, {created} created");
        Assert.Equal("urn:avvik:problem:invalidRequest", (string?)answers[Unreadable - 1]["problem"]!["type"]);
        Assert.Contains(answers[Unknown - 1]["problem"]!["errors"]!.AsArray(), e => (string?)e!["pointer"] == "/colour");
        Assert.DoesNotContain("Epikrisen", string.Concat(answers.Select(a => a.ToJsonString())), StringComparison.Ordinal);
        // Once more, nothing is new.
        Assert.Equal(Lines - 2, (await ImportAsync(http, lines)).Count(a => (int)a["status"]! == 200));
        Assert.Equal(Lines - 2, await system.CountAsync("reporting", stored));
        var ids = answers.Where(a => a["id"] is not null).Select(a => (string)a["id"]!).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Assert.Equal(Lines - 2, ids.Count);
        await Eventually.IsTrue(async () =>
            (await system.QueryAsync("routing", "select id from cases", r => r.GetGuid(0).ToString())).Count(ids.Contains) == Lines - 2, Soon);
    }

    [Fact]
    public async Task Import_takes_nothing_but_lines_of_json()
    {
        using var http = system.Http(await system.TokenAsync(Elverum, "client"));
        using var answer = await http.PostAsync(new Uri("api/v1/deviations/import", UriKind.Relative),
            new StringContent("{}", Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        var tooLong = await ImportAsync(http, [new string('x', 300_000), ""]);
        Assert.Equal([413], tooLong.Select(a => (int)a["status"]!));
    }

    [Theory]
    [InlineData("compilo", Hamar, "windows-1252", "2019-Q1",
        "Saksnummer;Opprettet;Type;Område;Alvorlighetsgrad;Ekstern mottaker;Frist;Lukket;Status;Hendelsesdato",
        "C-1;14.01.2019 08:30;Avvik;Epikrise;Lav;Sykehuset Innlandet HF;04.02.2019;01.02.2019;Lukket;12.01.2019",
        "C-2;20.02.2019;Nestenulykke;Annet;Høy;;;;Under behandling;",
        "C-3;21.02.2019;Klage;Epikrise;Lav;;;;;", "kind: no code for «Klage» of the column Type: 1 line (4)")]
    [InlineData("eqs", SykehusetInnlandet, "utf-8", "2019-Q2",
        "AvvikID;MeldtDato;MeldtAv;AnsvarligEnhet;Meldingstype;Kategori;Konsekvens;Årsak;BesvartDato;Status",
        "E-1;2019-04-02;Hamar kommune;Elverum-Hamar;Samhandlingsavvik;Medikament;2;Kommunikasjon, Kapasitet;2019-04-20;Besvart",
        "E-2;2019-05-02 10:00:00;Elverum kommune;Tynset;Ros;Transport;;;;Avsluttet",
        "E-3;2019-05-03;Hamar kommune;Tynset;Ros;Transport;0;;;Glemt", "state: no code for «Glemt» of the column Status: 1 line (4)")]
    [InlineData("synergi", SykehusetInnlandet, "utf-16", "2019-Q3",
        "Case no.\tRegistered date\tCase type\tExternal party\tProcess\tPatient group\tActual severity\tDeadline\tClosed date\tForwarded\tStatus",
        "S-1\t03/07/2019\tNear miss\tHamar\tReferral\tFrail elderly; Children\tMinor\t24/07/2019\t20/07/2019\t2\tClosed",
        "S-2\t04/07/2019\tAdverse event\tGjøvik\tMedication\t\tNone\t\t\t\tRejected",
        "S-3\t2019-07-05\tAdverse event\tGjøvik\tMedication\t\tNone\t\t\t\t", "receivedOn: not a date as the mapping says: 1 line (4)")]
    [InlineData("dips", SykehusetInnlandet, "utf-8", "2019-Q4",
        "DOKUMENTID,SENDT,MOTTAKER_ORGNR,MELDINGSTYPE,BESVART",
        "D-1,20191001,970540008,EPIKRISE,20191012",
        "D-2,02.10.2019,864950582,LEGEMIDDELLISTE,",
        "D-3,02.10.2019,999999999,LEGEMIDDELLISTE,", "respondent: ")]
    public async Task Export_of_an_earlier_system_counts_in_its_own_quarter(string mapping, string party, string encoding, string quarter, string header,
        string first, string second, string wrong, string complaint)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var file = Path.Combine(system.Data, $"{mapping}.csv");
        await File.WriteAllLinesAsync(file, [header, first, second, wrong], Encoding.GetEncoding(encoding));
        string[] arguments = [file, "--mapping", Path.Combine(RepositoryRoot.Path, $"compose/history-mappings/{mapping}.json"), "--organization", party];
        var imported = $"select count(*) from facts where is_imported and quarter = '{quarter}'";

        foreach (var options in new string[][] { ["--dry-run"], [] })
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Script.RunAsync("compose/history", [.. arguments, .. options]));
            Assert.Contains(complaint, refused.Message, StringComparison.Ordinal);
            Assert.Contains("2 of 3 lines can be imported; nothing was stored", refused.Message, StringComparison.Ordinal);
            Assert.Equal(0, await system.CountAsync("statistics", imported));
        }
        await Assert.ThrowsAsync<InvalidOperationException>(() => Script.RunAsync("compose/history", [.. arguments, "--leave-out"]));
        Assert.Equal(2, await system.CountAsync("statistics", imported));
        await File.WriteAllLinesAsync(file, [header, first, second], Encoding.GetEncoding(encoding));
        Assert.Equal($"2 of 2 lines were imported: 0 new, 0 changed, 2 as they were; they count in {quarter}",
            await Script.RunAsync("compose/history", arguments));
        Assert.Equal(2, await system.CountAsync("statistics", imported));
    }

    private static async Task<List<JsonNode>> ImportAsync(HttpClient http, IEnumerable<string> lines)
    {
        using var body = new StringContent(string.Join('\n', lines), Encoding.UTF8);
        body.Headers.ContentType = new("application/x-ndjson");
        using var answer = await http.PostAsync(new Uri("api/v1/deviations/import", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/x-ndjson", answer.Content.Headers.ContentType!.MediaType);
        return [.. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!)];
    }

    /// <summary>Half of the lines, and then a sender that says nothing more.</summary>
    private sealed class Endless : HttpContent
    {
        private readonly IReadOnlyList<string> _lines;
        private readonly CancellationToken _until;

        public Endless(IReadOnlyList<string> lines, CancellationToken until)
        {
            (_lines, _until) = (lines, until);
            Headers.ContentType = new MediaTypeHeaderValue("application/x-ndjson");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', _lines.Take(_lines.Count / 2)) + "\n"));
            await stream.FlushAsync();
            await new TaskCompletionSource().Task.WaitAsync(_until);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
