using System.Net;
using System.Security.Cryptography;
using System.Text;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Reporting.Attachments;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Refit;
using Directory = System.IO.Directory;

namespace Avvik.Reporting.Tests.Attachments;

public sealed class Attachment_tests : IDisposable
{
    private const string Unit = "si-elverum-hamar";
    private static readonly byte[] Pdf = [.. "%PDF-1.7\n"u8, .. Filler(300_000), .. "\n%%EOF\n"u8];
    private readonly string _folder = Directory.CreateTempSubdirectory("avvik-attachments-").FullName;

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ServiceUnderTest<Program> Start(TestDatabase database, MovableClock? clock = null, params (string, string)[] settings) =>
        new(database, clock, [("Attachments:Folder", _folder), .. settings]);

    private static IAvvikClient Reporter(ServiceUnderTest<Program> service) => service.ClientAs(Given.Hamar, Roles.Reporter, subject: "anne");

    private static IAvvikClient Handler(ServiceUnderTest<Program> service, string unit = Unit) =>
        service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, unit, "bjarne");

    private static Task<Attachment> AddAsync(IAvvikClient client, Guid id, byte[] content, string name = "notat.pdf", string belongsTo = "report") =>
        client.AddAttachmentAsync(id, belongsTo, new StreamPart(new MemoryStream(content), name));

    private static async Task<byte[]> OpenAsync(IAvvikClient client, Guid id, Guid attachment)
    {
        using var content = await client.OpenAttachmentAsync(id, attachment);
        return await content.ReadAsByteArrayAsync();
    }

    private static async Task<(HttpStatusCode Status, string? Code)> RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(call);
        return (refused.Status, refused.Problem.TryGetProperty("errors", out var errors) ? errors[0].GetProperty("code").GetString()
            : refused.Problem.GetProperty("type").GetString()!.Split(':')[^1]);
    }

    private static AttachmentUpkeep Upkeep(ServiceUnderTest<Program> service) =>
        service.Services.GetServices<IHostedService>().OfType<AttachmentUpkeep>().Single();

    [Theory, MemberData(nameof(Engines))]
    public async Task File_is_opened_by_those_who_may_open_the_envelope_and_nobody_else(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var deviation = await Reporter(service).SubmitAsync(Given.Submission);
        var added = await AddAsync(Reporter(service), deviation.Id, Pdf, @"C:\Mine filer\Kvasteved Olsen.pdf");
        Assert.Equal(("report", "Kvasteved Olsen.pdf", "application/pdf", Pdf.Length, Convert.ToHexStringLower(SHA256.HashData(Pdf)), Given.Hamar),
            (added.BelongsTo, added.Name, added.ContentType, added.Size, added.Hash, added.Organization));
        // The record of the party adds one, and opens none.
        var machine = service.ClientAs(Given.Hamar, Roles.Client, subject: "epj");
        var other = await AddAsync(machine, deviation.Id, Encoding.UTF8.GetBytes("Prøvesvar: æøå"), "svar.exe", "message");
        Assert.Equal("text/plain", other.ContentType);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));

        foreach (var client in new[] { Reporter(service), Handler(service) })
        {
            Assert.Equal([added.Id, other.Id], (await client.ListAttachmentsAsync(deviation.Id)).Items.Select(a => a.Id));
            Assert.Equal(Pdf, await OpenAsync(client, deviation.Id, added.Id));
        }
        foreach (var stranger in new[] { machine, Handler(service, "si-tynset"), service.ClientAs(Given.Hamar, Roles.Reporter, subject: "cecilie"),
            service.ClientAs(Given.Hamar, Roles.Coordinator, subject: "david"), service.ClientAs(Given.Ringsaker, Roles.Coordinator) })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => stranger.ListAttachmentsAsync(deviation.Id))).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => OpenAsync(stranger, deviation.Id, added.Id))).Status);
        }
        // A unit that gave the case away may not, before the event has arrived; and nobody on what may be old.
        RoutingStandIn.Tell(deviation.Id, new CaseHandling(Given.SykehusetInnlandet, CaseStates.Routed, "si-tynset"));
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => OpenAsync(Handler(service), deviation.Id, added.Id))).Status);
        RoutingStandIn.Tell(deviation.Id, null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await RefusedAsync(() => OpenAsync(Handler(service), deviation.Id, added.Id))).Status);

        // Neither names nor content are plain at rest, and each opening is in the log.
        Assert.DoesNotContain("Kvasteved", await database.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.All(Directory.GetFiles(_folder), f => Assert.Equal(-1, File.ReadAllBytes(f).AsSpan().IndexOf("%PDF"u8)));
        Assert.Equal((2, 2, 2), (await CountAsync("attachmentAdded"), await CountAsync("attachmentsListed"), await CountAsync("attachmentOpened")));

        Task<long> CountAsync(string action) => database.CountAsync($"select count(*) from access_log where action = '{action}'");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task File_for_the_answer_is_added_by_those_who_handle_the_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var deviation = await Reporter(service).SubmitAsync(Given.Submission);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        var added = await AddAsync(Handler(service), deviation.Id, Pdf, belongsTo: "answer");
        Assert.Equal(Given.SykehusetInnlandet, added.Organization);
        Assert.Equal(Pdf, await OpenAsync(Reporter(service), deviation.Id, added.Id));
        foreach (var (client, belongsTo) in new[] { (Reporter(service), "answer"), (Handler(service, "si-tynset"), "answer"), (Handler(service), "report") })
            Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => AddAsync(client, deviation.Id, Pdf, belongsTo: belongsTo))).Status);
        await service.ReceiveAsync(deviation.Changed(4, "closed", CaseStates.Closed));
        Assert.Equal((HttpStatusCode.Conflict, "alreadyDecided"), await RefusedAsync(() => AddAsync(Reporter(service), deviation.Id, [.. Pdf, 10])));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task File_is_removed_by_whoever_added_it_until_the_answer(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var deviation = await Reporter(service).SubmitAsync(Given.Submission);
        var (mistaken, kept) = (await AddAsync(Reporter(service), deviation.Id, Pdf), await AddAsync(Reporter(service), deviation.Id, [.. Pdf, 10]));
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        var answers = await AddAsync(Handler(service), deviation.Id, Pdf, belongsTo: "answer");
        Assert.True(mistaken.Removable && answers.Removable);
        Assert.Equal([true, true, false], (await Reporter(service).ListAttachmentsAsync(deviation.Id)).Items.Select(a => a.Removable));
        foreach (var (client, id) in new[] { (Handler(service), mistaken.Id), (Reporter(service), answers.Id), (Handler(service, "si-tynset"), answers.Id),
            (service.ClientAs(Given.Hamar, Roles.Coordinator, subject: "david"), mistaken.Id), (Reporter(service), Guid.CreateVersion7()) })
            Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => client.RemoveAttachmentAsync(deviation.Id, id))).Status);
        Assert.Equal(3, Directory.GetFiles(_folder).Length);

        await Reporter(service).RemoveAttachmentAsync(deviation.Id, mistaken.Id);
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => Reporter(service).RemoveAttachmentAsync(deviation.Id, mistaken.Id))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RefusedAsync(() => OpenAsync(Handler(service), deviation.Id, mistaken.Id))).Status);
        Assert.Equal([kept.Id, answers.Id], (await Handler(service).ListAttachmentsAsync(deviation.Id)).Items.Select(a => a.Id));
        Assert.Equal(2, Directory.GetFiles(_folder).Length);
        // What it was can be proved afterwards: the log has its hash, once.
        Assert.Equal(1, await database.CountAsync(
            $"select count(*) from access_log where action = 'attachmentRemoved' and subject = 'anne' and target = '{mistaken.Id} {mistaken.Hash}'"));
        // It may be added again.
        Assert.NotEqual(mistaken.Id, (await AddAsync(Reporter(service), deviation.Id, Pdf)).Id);

        await service.ReceiveAsync(deviation.Changed(4, "answered", CaseStates.Answered) with { AnsweredAt = Given.Now });
        Assert.Equal((HttpStatusCode.Conflict, "alreadyAnswered"), await RefusedAsync(() => Reporter(service).RemoveAttachmentAsync(deviation.Id, kept.Id)));
        Assert.All((await Reporter(service).ListAttachmentsAsync(deviation.Id)).Items, a => Assert.False(a.Removable));
        Assert.Equal(3, Directory.GetFiles(_folder).Length);
    }

    [Fact]
    public async Task Picture_is_kept_without_what_it_says_beside_itself()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var deviation = await Reporter(service).SubmitAsync(Given.Submission);
        foreach (var (sent, type, kept) in new (byte[], string, byte[])[]
        {
            (Pictures.JpegWithMetadata(), "image/jpeg", Pictures.Jpeg), (Pictures.PngWithMetadata(), "image/png", Pictures.Png),
            // Turned as the camera was held: that alone is kept.
            (Pictures.JpegWithMetadata(orientation: 6), "image/jpeg", Pictures.JpegTurned(6)),
        })
        {
            Assert.True(sent.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Pictures.Secret)) > 0);
            var added = await AddAsync(Reporter(service), deviation.Id, sent, "bilde.pdf");
            Assert.Equal((type, kept.Length, Convert.ToHexStringLower(SHA256.HashData(kept))), (added.ContentType, added.Size, added.Hash));
            Assert.Equal(kept, await OpenAsync(Reporter(service), deviation.Id, added.Id));
        }
        // A picture without anything is as it was.
        Assert.Equal(Pictures.Jpeg, await OpenAsync(Reporter(service), deviation.Id, (await AddAsync(Reporter(service), deviation.Id, Pictures.Jpeg)).Id));
    }

    [Fact]
    public async Task File_of_another_kind_or_a_damaged_one_is_refused_whatever_its_name()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var deviation = await Reporter(service).SubmitAsync(Given.Submission);
        foreach (var content in new byte[][]
        {
            [], [.. "MZ"u8, 0, 1, 2], [.. "PK\x03\x04"u8, .. Filler(100)], [0xEF, 0xBB, 0xBF, 0xFF], [.. "GIF89a"u8, 0, 0, 0], Pictures.Jpeg[..^10],
            Pictures.Png[..^6], [.. "%PDF-1.7\n"u8, .. Filler(5000)], [0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 2, 3], [.. Pictures.Png.AsSpan(0, 8), .. Filler(40)],
            [.. "Tekst med "u8, 27, .. "[31m"u8], [.. "halvt tegn "u8, 0xC3],
        })
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "unreadableFile"), await RefusedAsync(() => AddAsync(Reporter(service), deviation.Id, content)));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "unknownCode"),
            await RefusedAsync(() => AddAsync(Reporter(service), deviation.Id, Pdf, belongsTo: "case")));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await RefusedAsync(() =>
            AddAsync(Reporter(service), deviation.Id, [.. "%PDF-1.7\n"u8, .. Filler(AttachmentOptions.MaxSize), .. "%%EOF"u8]))).Status);
        using var http = service.As(Given.Hamar, Roles.Reporter, subject: "anne");
        var path = $"/api/v1/deviations/{deviation.Id}/attachments";
        using (var json = await http.PostAsync(path, new StringContent("{}", Encoding.UTF8, "application/json")))
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
        // A form that is cut off, in its head and in the file.
        foreach (var form in new[] { "--x\r\nContent-Dispo", "--x\r\nContent-Disposition: form-data; name=belongsTo\r\n\r\nreport\r\n"
            + "--x\r\nContent-Disposition: form-data; name=file; filename=a.txt\r\n\r\nhalvt" })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(form));
            content.Headers.ContentType = new("multipart/form-data") { Parameters = { new("boundary", "x") } };
            using var answer = await http.PostAsync(path, content);
            Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, $"{answer.StatusCode}");
        }
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal(0, await database.CountAsync("select count(*) from attachments"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Ten_files_fit_each_and_the_same_again_is_the_first(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var deviation = await Reporter(service).SubmitAsync(Given.Submission);
        static byte[] File(int n) => Encoding.UTF8.GetBytes($"Fil {n}");
        var added = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => AddAsync(Reporter(service), deviation.Id, File(n), $"{n}.txt")));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "tooMany"), await RefusedAsync(() => AddAsync(Reporter(service), deviation.Id, File(10))));
        Assert.Equal(added[3], await AddAsync(Reporter(service), deviation.Id, File(3), "annet navn.txt"));
        await AddAsync(Reporter(service), deviation.Id, File(10), belongsTo: "message");
        Assert.Equal((11, 11), (await database.CountAsync("select count(*) from attachments"), Directory.GetFiles(_folder).Length));
    }

    [Fact]
    public async Task File_that_was_changed_cut_or_exchanged_does_not_open()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var deviation = await Reporter(service).SubmitAsync(Given.Submission);
        var attachment = await AddAsync(Reporter(service), deviation.Id, Pdf);
        var another = await AddAsync(Reporter(service), deviation.Id, [.. Pdf, 10], belongsTo: "message");
        var (path, other) = (Path.Combine(_folder, $"{attachment.Id:N}"), Path.Combine(_folder, $"{another.Id:N}"));
        var whole = await File.ReadAllBytesAsync(path);
        const int Chunk = 64 * 1024 + 16;
        Assert.True(whole.Length > 4 * Chunk);
        foreach (var changed in new byte[][]
        {
            [(byte)(whole[0] ^ 1), .. whole.AsSpan(1)], [.. whole.AsSpan(0, whole.Length - 1), (byte)(whole[^1] ^ 1)], whole[..(4 * Chunk)], whole[..Chunk],
            whole[..^20], [.. whole, .. whole.AsSpan(0, Chunk)], [.. whole.AsSpan(Chunk, Chunk), .. whole.AsSpan(0, Chunk), .. whole.AsSpan(2 * Chunk)],
            await File.ReadAllBytesAsync(other), [],
        })
        {
            await File.WriteAllBytesAsync(path, changed);
            var error = await Record.ExceptionAsync(() => OpenAsync(Reporter(service), deviation.Id, attachment.Id));
            // Refused before it began, or broken off before it ended.
            Assert.True(error is AvvikProblemException { Status: HttpStatusCode.Gone } or AvvikUnavailableException or IOException or HttpRequestException
                or OperationCanceledException, $"{error}");
        }
        File.Delete(path);
        Assert.Equal((HttpStatusCode.Gone, "attachmentUnreadable"), await RefusedAsync(() => OpenAsync(Reporter(service), deviation.Id, attachment.Id)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Files_are_erased_with_the_envelope_or_as_long_after_the_end(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = Start(database, clock);
        var reporter = Reporter(service);
        var withPatient = await reporter.SubmitAsync(Given.Submission with { Patient = new() { IdentifierType = "dnr", Identifier = Given.SyntheticNumber } });
        var without = await reporter.SubmitAsync(Given.Submission);
        var open = await reporter.SubmitAsync(Given.Submission);
        foreach (var deviation in new[] { withPatient, without, open }) await AddAsync(reporter, deviation.Id, Pdf);
        foreach (var deviation in new[] { withPatient, without })
            await service.ReceiveAsync(deviation.Changed(3, "closed", CaseStates.Closed, at: Given.Now));
        clock.Advance(TimeSpan.FromDays(90));
        await Upkeep(service).EraseAsync(CancellationToken.None);
        Assert.Equal(3, Directory.GetFiles(_folder).Length);

        clock.Advance(TimeSpan.FromHours(2));
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from envelopes") == 0, TimeSpan.FromSeconds(30));
        await Upkeep(service).EraseAsync(CancellationToken.None);
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from attachments") == 1, TimeSpan.FromSeconds(30));
        await Eventually.IsTrue(() => Task.FromResult(Directory.GetFiles(_folder).Length == 1), TimeSpan.FromSeconds(30));
        Assert.Single((await reporter.ListAttachmentsAsync(open.Id)).Items);
    }

    [Fact]
    public async Task Virus_is_refused_and_so_is_all_while_the_scanner_does_not_answer()
    {
        await using var scanner = await ScannerServer.StartAsync(longestStream: 400_000);
        await using var wire = new CuttableWire("127.0.0.1", scanner.Port);
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database, null, ("Attachments:ClamdAddress", $"127.0.0.1:{wire.Port}"), ("Attachments:ScanSeconds", "1"));
        var deviation = await Reporter(service).SubmitAsync(Given.Submission);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "virusFound"), await AddedAsync(ScannerServer.Eicar));
        // What is sent is scanned, not what is left of it.
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "virusFound"), await AddedAsync([.. Pictures.Jpeg, .. ScannerServer.Eicar]));
        await AddAsync(Reporter(service), deviation.Id, Pdf);
        // More than the scanner takes.
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AddedAsync([.. Pdf, .. Filler(200_000), .. "\n%%EOF\n"u8])).Status);
        wire.CutBeforeReplyTo = "zINSTREAM";
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AddedAsync([.. Pdf, 10])).Status);
        Assert.Equal(1, wire.ConnectionsCut);
        wire.Mode = WireMode.Freeze;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AddedAsync([.. Pdf, 10])).Status);
        Assert.True(wire.HeldBack > 0);
        wire.Mode = WireMode.Pass;
        await scanner.StopAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AddedAsync([.. Pdf, 10])).Status);
        await scanner.StartAgainAsync();
        await AddAsync(Reporter(service), deviation.Id, [.. Pdf, 10]);
        Assert.Equal(2, Directory.GetFiles(_folder).Length);

        Task<(HttpStatusCode Status, string? Code)> AddedAsync(byte[] content) => RefusedAsync(() => AddAsync(Reporter(service), deviation.Id, content));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Keys_are_resealed_so_that_an_earlier_one_can_be_retired(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        var (first, second) = (TestKeys.Of("EnvelopeProtection"), TestKeys.Of("another"));
        Deviation deviation;
        Attachment attachment;
        await using (var service = Start(database))
        {
            deviation = await Reporter(service).SubmitAsync(Given.Submission);
            attachment = await AddAsync(Reporter(service), deviation.Id, Pdf);
        }
        await using (var rotated = Start(database, null, ("EnvelopeProtection:Keys:k2", second), ("EnvelopeProtection:ActiveKey", "k2"),
            ("EnvelopeProtection:PrintKey", first)))
        {
            _ = rotated.Server;
            await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from attachments where key like 'k2.%' and name like 'k2.%'") == 1,
                TimeSpan.FromSeconds(30));
        }
        await using var retired = Start(database, null, ("EnvelopeProtection:Keys:k2", second), ("EnvelopeProtection:Keys:k1", second),
            ("EnvelopeProtection:ActiveKey", "k2"), ("EnvelopeProtection:PrintKey", first));
        Assert.Equal(Pdf, await OpenAsync(Reporter(retired), deviation.Id, attachment.Id));
        Assert.Equal("notat.pdf", Assert.Single((await Reporter(retired).ListAttachmentsAsync(deviation.Id)).Items).Name);
    }

    /// <summary>Killed while a file is coming in: there is no row, and what is left of the file is removed at a later start.</summary>
    [Theory, MemberData(nameof(Engines))]
    public async Task Process_killed_during_an_upload_leaves_no_row_and_no_file(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        Deviation deviation;
        Attachment kept;
        await using (var service = Start(database))
        {
            deviation = await Reporter(service).SubmitAsync(Given.Submission);
            kept = await AddAsync(Reporter(service), deviation.Id, Pdf);
        }
        using var key = new GatewayKey("reporting");
        await using var process = new ServiceProcess("Avvik.Reporting",
            new Dictionary<string, string>(database.Settings.Concat(EventKeys.SettingsOf("reporting")), StringComparer.Ordinal)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
                ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
                ["InternalToken:PublicKeyFile"] = key.PublicKeyFile,
                ["Routing:Address"] = RoutingStandIn.Address.AbsoluteUri,
                ["Attachments:Folder"] = _folder,
                ["TextProtection:ActiveKey"] = "k1",
                ["TextProtection:Keys:k1"] = TestKeys.Of("TextProtection"),
                ["EnvelopeProtection:ActiveKey"] = "k1",
                ["EnvelopeProtection:Keys:k1"] = TestKeys.Of("EnvelopeProtection"),
            });
        await process.StartAsync();
        using var http = new HttpClient { BaseAddress = process.Address };
        http.DefaultRequestHeaders.Authorization = new("Bearer", key.Token(Given.Hamar, [Roles.Reporter], subject: "anne"));
        var begun = new TaskCompletionSource();
        using var form = new MultipartFormDataContent { { new StringContent("report"), "belongsTo" }, { new EndlessFile(begun.Task), "file", "lang.pdf" } };
        var upload = Record.ExceptionAsync(() => http.PostAsync(new Uri($"/api/v1/deviations/{deviation.Id}/attachments", UriKind.Relative), form));
        await Eventually.IsTrue(() => Task.FromResult(Directory.GetFiles(_folder, "*.part").Length == 1), TimeSpan.FromSeconds(30),
            () => Task.FromResult(process.Log));
        await process.KillAsync();
        begun.SetResult();
        Assert.NotNull(await upload);
        Assert.Equal(1, await database.CountAsync("select count(*) from attachments"));

        // A file whose row was never written, as when the process is killed between the two.
        var orphan = Path.Combine(_folder, $"{Guid.CreateVersion7():N}");
        await File.WriteAllBytesAsync(orphan, [1]);
        foreach (var file in Directory.GetFiles(_folder)) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        await process.StartAsync();
        await Eventually.IsTrue(() => Task.FromResult(Directory.GetFiles(_folder) is [var only] && only == Path.Combine(_folder, $"{kept.Id:N}")),
            TimeSpan.FromSeconds(30), () => Task.FromResult(string.Join('\n', Directory.GetFiles(_folder))));
    }

    private static byte[] Filler(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A file that begins, and goes on when it is told.</summary>
    private sealed class EndlessFile(Task goOn) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(Pdf);
            await stream.FlushAsync();
            await goOn;
            await stream.WriteAsync(Pdf);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
