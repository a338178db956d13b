using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Avvik.Client;
using static Avvik.Gateway.Tests.ScriptedServer;

namespace Avvik.Gateway.Tests;

/// <summary>The client's durable outbox: its file, and what it does with each answer. That nothing is lost when the process is killed: System.Tests.</summary>
public sealed class Submission_outbox_tests : IDisposable
{
    private const string SyntheticNumber = "41814061033";
    private static readonly AvvikResilience Quick = new() { Retries = 1, FirstDelay = TimeSpan.FromMilliseconds(5) };
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly string _folder = global::System.IO.Directory.CreateTempSubdirectory("avvik-outbox-").FullName;

    private string File => Path.Combine(_folder, "outbox");

    public void Dispose() => global::System.IO.Directory.Delete(_folder, recursive: true);

    [Fact]
    public void File_cut_at_any_byte_holds_everything_that_was_acknowledged()
    {
        // After each step, how long the file is and what waits: any shorter file is what a kill in the middle of the next step leaves.
        List<(long Length, byte[][] Waiting)> steps = [];
        byte[][] waiting = [];
        using (var file = OutboxFile.Open(File, _key, out _))
        {
            Note();
            for (byte i = 1; i <= 5; i++)
            {
                byte[] entry = [i, i];
                file.Add(entry);
                waiting = [.. waiting, entry];
                Note();
                if (i is not (2 or 4)) continue;
                file.RemoveOldest(isLast: false);
                waiting = waiting[1..];
                Note();
            }

            void Note() => steps.Add((new FileInfo(File).Length, waiting));
        }
        var whole = global::System.IO.File.ReadAllBytes(File);
        for (var length = 0; length <= whole.Length; length++)
        {
            var cut = $"{File}.{length}";
            global::System.IO.File.WriteAllBytes(cut, whole[..length]);
            var expected = steps.LastOrDefault(s => s.Length <= length, (0, []));
            using (OutboxFile.Open(cut, _key, out var found)) Assert.Equal(expected.Waiting, found);
            // What was cut off does not come back, and what is added next is found.
            using (var file = OutboxFile.Open(cut, _key, out _)) file.Add([9]);
            using (OutboxFile.Open(cut, _key, out var found)) Assert.Equal([.. expected.Waiting, [9]], found);
        }
    }

    [Fact]
    public void File_is_refused_when_damaged_open_elsewhere_or_of_another_key()
    {
        using (var outbox = SubmissionOutbox.Open(File, _key))
        {
            outbox.Enqueue(Submission("a"));
            outbox.Enqueue(Submission("b"));
            Assert.Throws<IOException>(() => SubmissionOutbox.Open(File, _key));
        }
        Assert.Throws<InvalidDataException>(() => SubmissionOutbox.Open(File, RandomNumberGenerator.GetBytes(32)));
        var bytes = global::System.IO.File.ReadAllBytes(File);
        bytes[100] ^= 1;
        global::System.IO.File.WriteAllBytes(File, bytes);
        Assert.Contains("damaged", Assert.Throws<InvalidDataException>(() => SubmissionOutbox.Open(File, _key)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void File_does_not_show_what_is_queued_and_is_the_owners_alone()
    {
        using (var outbox = SubmissionOutbox.Open(File, _key))
            outbox.Enqueue(Submission("a") with { Patient = new Patient { IdentifierType = "fnr", Identifier = SyntheticNumber } });
        var text = Encoding.Latin1.GetString(global::System.IO.File.ReadAllBytes(File));
        Assert.DoesNotContain(SyntheticNumber, text, StringComparison.Ordinal);
        Assert.DoesNotContain("narrative", text, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, global::System.IO.File.GetUnixFileMode(File));
        using var again = SubmissionOutbox.Open(File, _key);
        Assert.Equal(1, again.Count);
    }

    [Fact]
    public async Task Outbox_waits_out_an_outage_and_a_refused_submission_stops_no_other()
    {
        await using var server = await StartAsync([Cut, Cut, Answer(503, retryAfter: 0), Answer(503, retryAfter: 0), Answer(201, Receipt("a")),
            Answer(422, """{"type":"urn:avvik:problem:invalidContent","errors":[{"pointer":"/narrative","code":"required","message":"Mangler"}]}"""),
            Answer(429, retryAfter: 0), Answer(201, Receipt("c"))]);
        using var outbox = SubmissionOutbox.Open(File, _key);
        foreach (var reference in new[] { "a", "b", "c" }) outbox.Enqueue(Submission(reference));
        Assert.Equal(["a True", "b False", "c True"], await SendAsync(server, outbox));
        Assert.Equal(0, outbox.Count);
        Assert.Equal(["a", "a", "a", "a", "a", "b", "c", "c"],
            server.Requests.Select(r => JsonElement.Parse(r.Body).GetProperty("clientReference").GetString()));
    }

    [Fact]
    public async Task Outbox_keeps_everything_when_the_caller_has_no_access()
    {
        await using var server = await StartAsync([Answer(403, """{"type":"urn:avvik:problem:forbidden"}"""), Answer(201, Receipt("a"))]);
        using (var outbox = SubmissionOutbox.Open(File, _key))
        {
            outbox.Enqueue(Submission("a"));
            Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AvvikProblemException>(() => SendAsync(server, outbox))).Status);
        }
        using var again = SubmissionOutbox.Open(File, _key);
        Assert.Equal(["a True"], await SendAsync(server, again));
        Assert.Throws<ArgumentException>(() => again.Enqueue(new Submission()));
    }

    private static async Task<List<string>> SendAsync(ScriptedServer server, SubmissionOutbox outbox)
    {
        var outcomes = new List<string>();
        outbox.Complete();
        await outbox.SendAsync(AvvikClient.Connect(server.Address, "token", Quick), (outcome, _) =>
        {
            outcomes.Add($"{outcome.Submission.ClientReference} {outcome.Receipt is not null}");
            return Task.CompletedTask;
        }, CancellationToken.None);
        return outcomes;
    }

    private static Submission Submission(string reference) => new() { ClientReference = reference, Narrative = "Epikrisen kom ni dager etter utskrivning." };

    private static string Receipt(string reference) => JsonSerializer.Serialize(new Deviation
    {
        Id = Guid.CreateVersion7(),
        Reference = "AVV-2026-0000001",
        State = "submitted",
        ReceivedAt = DateTimeOffset.UtcNow,
        Community = "innlandet",
        ReporterOrganization = "970540008",
        RespondentOrganization = "983971709",
        ActualHarm = "none",
        HasPatient = false,
        Submission = Submission(reference),
        Timeline = [],
    }, ClientJson.Default.Deviation);
}
