using System.Text.RegularExpressions;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Notices.RecordNotices;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using SmtpServer.Protocol;

namespace Avvik.Notices.Tests;

/// <summary>Against a real mail server. Time is moved, never waited for.</summary>
public sealed partial class Deliver_notices_tests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static Task CountAsync(MailServer mail, int expected) => Eventually.IsTrue(() => Task.FromResult(mail.Accepted.Count == expected), Soon,
        () => Task.FromResult($"{mail.Accepted.Count} mails: {string.Join(", ", mail.Accepted.Select(m => m.Mail.Subject))}"));

    private static readonly (string Action, string State, int? Percent)[] Changes =
    [
        ("queued", CaseStates.Triage, null), ("triageOverdue", CaseStates.Triage, null), ("routed", CaseStates.Routed, null),
        ("acknowledgeOverdue", CaseStates.Routed, null), ("acknowledged", CaseStates.Acknowledged, null), ("started", CaseStates.InProgress, null),
        ("reporterMessage", CaseStates.InProgress, null), ("reminded", CaseStates.InProgress, 50), ("reminded", CaseStates.InProgress, 80),
        ("reminded", CaseStates.InProgress, 100), ("leaderReminded", CaseStates.InProgress, null), ("escalated", CaseStates.Escalated, null),
        ("resolved", CaseStates.InProgress, null), ("asked", CaseStates.AwaitingReporter, null), ("reporterAnswered", CaseStates.InProgress, null),
        ("answered", CaseStates.Answered, null), ("disputed", CaseStates.Disputed, null), ("closed", CaseStates.Closed, null),
    ];

    [Theory, MemberData(nameof(Engines))]
    public async Task Mails_hold_reference_kind_and_link_and_nothing_else(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now), mail.Settings);
        await service.SetAsync(new() { Email = Given.Mailbox, LeaderEmail = "leder@elverum.no" });
        await service.SetAsync(new() { Email = Given.CoordinatorsMailbox }, Given.TrustsCoordinator);
        await service.SetAsync(new() { Email = "sykepleie@hamar.no" }, Given.ReportersUnit, Given.Hamar);
        var id = Guid.CreateVersion7(Given.Now);
        await service.ReceiveAsync(Changes.Select((c, i) => Given.Change(c.Action, c.State, i + 2, id, c.Percent, c.State == CaseStates.Triage ? null
            : Given.Unit, harm: "severe")));
        await service.DeliverAsync();
        var scheduled = await database.CountAsync("select count(*) from deliveries");
        Assert.True(scheduled > Changes.Length, $"{scheduled} deliveries");
        await CountAsync(mail, (int)scheduled);

        var labels = Vocabulary.NoticeKinds.Values.Select(k => k.Label).ToHashSet(StringComparer.Ordinal);
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (_, sent) in mail.Accepted)
        {
            var body = Body().Match(sent.TextBody!.ReplaceLineEndings("\n"));
            Assert.True(body.Success && sent.BodyParts.Count() == 1, sent.TextBody);
            Assert.Equal((id.ToString(), true), (body.Groups["id"].Value, labels.Contains(body.Groups["kind"].Value)));
            Assert.Equal($"AVV-2026-4830112: {body.Groups["kind"].Value}{body.Groups["percent"].Value}", sent.Subject);
            Assert.Equal(["Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "MIME-Version", "Subject", "To"],
                sent.Headers.Concat(sent.Body!.Headers).Select(h => h.Field).Except(["Content-Transfer-Encoding"]).Order(StringComparer.OrdinalIgnoreCase));
            kinds.Add(body.Groups["kind"].Value);
        }
        Assert.Equal(labels.Order(StringComparer.Ordinal), kinds.Order(StringComparer.Ordinal));
        Assert.Equal(mail.Accepted.Count, mail.Accepted.Select(m => m.Mail.MessageId).Distinct().Count());
    }

    // Every character of the text is accounted for.
    [GeneratedRegex("""
        ^(?<kind>[A-ZÆØÅ][a-zæøå ]+)(?<percent>(?: \((?:50|80|100) %\))?)
        AVV-2026-4830112
        https://avvik\.example\.no/(?:case|report)/(?<id>[0-9a-f-]{36})

        Automatisk varsel fra Avvik\. Velg hva som varsles: https://avvik\.example\.no/notices\s*\z
        """, RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Body();

    [Fact]
    public void Recipients_of_each_change_are_those_who_must_act()
    {
        Assert.Equal(
            [
                ("queued", "awaitsTriage", "RespondentsCoordinator"), ("triageOverdue", "overdue", "RespondentsCoordinator"), ("routed", "newCase", "Unit"),
                ("acknowledgeOverdue", "overdue", "Unit"), ("reporterMessage", "message", "Unit"), ("reminded", "deadline", "Unit"),
                ("reminded", "deadline", "Unit"), ("reminded", "deadlinePassed", "Unit"), ("leaderReminded", "overdue", "Unit, Leader"),
                ("escalated", "escalation", "RespondentsCoordinator, ReportersCoordinator"), ("resolved", "newCase", "Unit"),
                ("asked", "question", "Reporter"), ("reporterAnswered", "message", "Unit"), ("answered", "answer", "Reporter"),
                ("disputed", "dispute", "Unit, RespondentsCoordinator"), ("closed", "closed", "Reporter"),
            ],
            Changes.SelectMany(c => NoticeRules.Of(Given.Change(c.Action, c.State, percent: c.Percent)).Select(n => (c.Action, n.Kind, n.To.ToString()))));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Serious_event_is_sent_at_once_and_the_rest_in_one_digest(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using (var service = new ServiceUnderTest<Program>(database, clock, mail.Settings))
        {
            await service.SetAsync(new() { Email = Given.Mailbox, DigestHour = 15, QuietFrom = 8, QuietTo = 20 });
            await service.ReceiveAsync(Given.Change("routed", harm: "death"), Given.Change("routed"), Given.Change("reporterMessage", version: 4));
            await service.DeliverAsync();
            await CountAsync(mail, 1);
            Assert.Equal("AVV-2026-4830112: Alvorlig hendelse", mail.Accepted[0].Mail.Subject);
            clock.Advance(TimeSpan.FromHours(4.9));
            await service.DeliverAsync();
            Assert.Single(mail.Accepted);
        }
        // The time is in the database: it comes although the process that set it has ended, at 15 o'clock in Oslo.
        clock.Advance(TimeSpan.FromHours(0.2));
        await using (var service = new ServiceUnderTest<Program>(database, clock, mail.Settings))
        {
            await service.DeliverAsync();
            await CountAsync(mail, 2);
            Assert.Equal("3 varsler fra Avvik", mail.Accepted[1].Mail.Subject);
            // What comes afterwards is in the next day's.
            await service.ReceiveAsync(Given.Change("routed"));
            clock.Advance(TimeSpan.FromHours(24));
            await service.DeliverAsync();
            await CountAsync(mail, 3);
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Quiet_hours_hold_notices_until_they_end(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(provider);
        // Ten in the evening in Oslo.
        var clock = new MovableClock(Given.Now.AddHours(12));
        await using var service = new ServiceUnderTest<Program>(database, clock, mail.Settings);
        await service.SetAsync(new() { Email = Given.Mailbox, QuietFrom = 21, QuietTo = 7 });
        await service.ReceiveAsync(Given.Change("routed"), Given.Change("leaderReminded"));
        clock.Advance(TimeSpan.FromHours(8.9));
        await service.DeliverAsync();
        Assert.Empty(mail.Accepted);
        clock.Advance(TimeSpan.FromHours(0.2));
        await service.DeliverAsync();
        await CountAsync(mail, 1);
        await service.ReceiveAsync(Given.Change("routed"));
        await service.DeliverAsync();
        await CountAsync(mail, 2);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Muted_kind_is_not_sent_and_unit_without_mailbox_uses_coordinators(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now), mail.Settings);
        await service.SetAsync(new() { Muted = [NoticeKinds.Message] });
        await service.SetAsync(new() { Email = Given.CoordinatorsMailbox }, Given.TrustsCoordinator);
        await service.ReceiveAsync(Given.Change("reporterMessage"), Given.Change("routed"));
        await service.DeliverAsync();
        await CountAsync(mail, 1);
        Assert.Equal((Given.CoordinatorsMailbox, "AVV-2026-4830112: Ny sak til enheten"), (mail.Accepted[0].To, mail.Accepted[0].Mail.Subject));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Unit_that_serves_several_municipalities_is_told_at_its_mailbox_in_the_directory(DatabaseProvider provider)
    {
        const string Elverum = "952857991", Aamot = "940152496", Unit = "sor-osterdal-legevakt", Mailbox = "legevakt@sor-osterdal.no";
        await using var mail = new MailServer { OnRecipient = to => to == Mailbox ? new(SmtpReplyCode.MailboxUnavailable, "no such user") : null };
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now), mail.Settings);
        service.Services.GetRequiredService<CurrentDirectory>().Replace(ChangedDirectory.Of(c => c.Code != "innlandet" ? c : c with
        {
            SharedUnits =
            [
                new()
                {
                    Code = Unit, Name = "Legevakt", Service = "legevakt", Host = Elverum, ValidFrom = new(2026, 1, 1), Serves = [Aamot], Mailbox = Mailbox,
                },
            ],
        }));
        var coordinator = service.Services.GetRequiredService<CurrentDirectory>().Now.Party(Aamot)!.FallbackUnit.Code;
        await service.SetAsync(new() { Email = "koordinator@aamot.no" }, coordinator, Aamot);
        Task ChangedAsync(string organization, string action)
        {
            var change = Given.Change(action, unit: Unit);
            return service.ReceiveAsync(change with { Facts = change.Facts with { RespondentOrganization = organization } });
        }

        // Its mailbox refuses: shown to whoever runs the unit, and the coordinator of the municipality whose case it is hears of it.
        await ChangedAsync(Aamot, "routed");
        await service.DeliverAsync();
        await service.DeliverAsync();
        await CountAsync(mail, 1);
        Assert.Equal("koordinator@aamot.no", mail.Accepted[0].To);
        var host = service.ClientAs(Elverum, Roles.Coordinator);
        var settings = await host.GetUnitNoticeSettingsAsync(Unit);
        Assert.Equal((0, null, Mailbox, "smtp550"), (settings.Version, settings.Email, settings.Mailbox, settings.Failure?.Code));

        mail.OnRecipient = _ => null;
        await ChangedAsync(Aamot, "reporterMessage");
        await ChangedAsync(Elverum, "routed");
        await service.DeliverAsync();
        await CountAsync(mail, 3);
        Assert.Equal([Mailbox, Mailbox], mail.Accepted.Skip(1).Select(m => m.To));
        // Its people see all, each municipality's coordinator their own, and one address is set for all, by its host.
        Assert.Equal(3, (await service.ClientAs(Elverum, Roles.Handler, Unit).ListNoticesAsync(new() { Unit = Unit })).Items.Count);
        Assert.Equal((1, 2), ((await host.ListNoticesAsync(new() { Unit = Unit })).Items.Count,
            (await service.ClientAs(Aamot, Roles.Coordinator).ListNoticesAsync(new() { Unit = Unit })).Items.Count));
        await Assert.ThrowsAsync<AvvikProblemException>(() => service.ClientAs(Aamot, Roles.Coordinator).SetUnitNoticeSettingsAsync(Unit, new(), 0));
        await service.SetAsync(new() { Email = "vakt@elverum.no" }, Unit, Elverum);
        await ChangedAsync(Aamot, "routed");
        await service.DeliverAsync();
        await CountAsync(mail, 4);
        Assert.Equal("vakt@elverum.no", mail.Accepted[3].To);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Refused_address_is_shown_until_a_mail_arrives(DatabaseProvider provider)
    {
        await using var mail = new MailServer { OnRecipient = to => to == Given.Mailbox ? new(SmtpReplyCode.MailboxUnavailable, "no such user") : null };
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now), mail.Settings);
        var coordinator = service.ClientAs(Given.Trust, Roles.Coordinator);
        async Task<NoticeFailure?> FailureAsync() =>
            (await coordinator.ListUnitNoticeSettingsAsync()).Items.Single(s => s.Unit == Given.Unit).Failure;

        await service.SetAsync(new() { Email = Given.Mailbox });
        await service.ReceiveAsync(Given.Change("routed"));
        await service.DeliverAsync();
        await Eventually.IsTrue(async () => await FailureAsync() is not null, Soon);
        Assert.Equal(("smtp550", "email"), await FailureAsync() is { } failure ? (failure.Code, failure.Channel) : default);
        Assert.Equal("failed", Assert.Single((await coordinator.ListNoticesAsync(new() { Unit = Given.Unit })).Items).Delivery);
        await service.DeliverAsync();
        Assert.Equal(1, await database.CountAsync("select max(attempts) from deliveries"));

        mail.OnRecipient = _ => null;
        mail.OnMessage = _ => Task.FromResult(new SmtpResponse(SmtpReplyCode.TransactionFailed, "refused"));
        await service.ReceiveAsync(Given.Change("routed"));
        await service.DeliverAsync();
        await Eventually.IsTrue(async () => await FailureAsync() is { Code: "smtp554" }, Soon);
        mail.OnMessage = _ => Task.FromResult(SmtpResponse.Ok);
        await service.ReceiveAsync(Given.Change("routed"));
        await service.DeliverAsync();
        await Eventually.IsTrue(async () => await FailureAsync() is null, Soon);
        Assert.Single(mail.Accepted);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Temporary_failure_is_retried_with_backoff_and_given_up(DatabaseProvider provider)
    {
        var attempts = 0;
        await using var mail = new MailServer { OnRecipient = Busy };
        SmtpResponse? Busy(string to)
        {
            Interlocked.Increment(ref attempts);
            return new(SmtpReplyCode.Aborted, "busy");
        }

        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, mail.Settings);
        async Task AdvancedAsync(TimeSpan by, int expected)
        {
            clock.Advance(by);
            await service.DeliverAsync();
            const string Begun = "select count(*) from deliveries where state = 'sending'";
            await Eventually.IsTrue(async () => attempts == expected && await database.CountAsync(Begun) == 0, Soon,
                () => Task.FromResult($"{attempts} attempts"));
        }

        await service.SetAsync(new() { Email = Given.Mailbox });
        await service.ReceiveAsync(Given.Change("routed"));
        await AdvancedAsync(TimeSpan.Zero, 1);
        await AdvancedAsync(TimeSpan.FromSeconds(50), 1);
        await AdvancedAsync(TimeSpan.FromSeconds(15), 2);
        await AdvancedAsync(TimeSpan.FromSeconds(110), 2);
        await AdvancedAsync(TimeSpan.FromSeconds(15), 3);
        mail.OnRecipient = _ => null;
        await AdvancedAsync(TimeSpan.FromMinutes(5), 3);
        await CountAsync(mail, 1);

        mail.OnRecipient = Busy;
        await service.ReceiveAsync(Given.Change("routed"));
        await service.DeliverAsync();
        clock.Advance(TimeSpan.FromDays(4));
        await service.DeliverAsync();
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from deliveries where failure_code = 'expired'") == 1, Soon);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Reporter_is_mailed_the_answer_to_the_own_report(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, mail.Settings);
        var (reporter, id) = (service.ClientAs(Given.Hamar, Roles.Reporter, Given.ReportersUnit, subject: "nurse"), Guid.CreateVersion7(Given.Now));
        await reporter.SetNoticeSettingsAsync(new() { Email = "sykepleier@hamar.no", Muted = [NoticeKinds.Closed] }, 0);
        await service.ReceiveAsync(Given.Submitted(id, "nurse"), Given.Submitted(Guid.CreateVersion7(Given.Now), "another"),
            Given.Change("answered", CaseStates.Answered, 7, id), Given.Change("answered", CaseStates.Answered, 7));
        clock.Advance(TimeSpan.FromSeconds(1));
        await service.ReceiveAsync(Given.Change("closed", CaseStates.Closed, 8, id));
        await service.DeliverAsync();
        await CountAsync(mail, 1);
        Assert.Equal(("sykepleier@hamar.no", "AVV-2026-4830112: Meldingen er besvart"), (mail.Accepted[0].To, mail.Accepted[0].Mail.Subject));
        Assert.Equal([(NoticeKinds.Closed, id, "none"), (NoticeKinds.Answer, id, "sent")],
            (await reporter.ListNoticesAsync()).Items.Select(n => (n.Kind, n.DeviationId, n.Delivery)));
        Assert.Empty((await service.ClientAs(Given.Hamar, Roles.Reporter, subject: "third").ListNoticesAsync()).Items);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Repeated_and_concurrent_events_are_told_once(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.Now), mail.Settings);
        await service.SetAsync(new() { Email = Given.Mailbox });
        var (first, second) = (Given.Change("routed", harm: "severe"), Given.Change("routed"));
        // The same change under another message id, and a second serious change of the same unit's case.
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => service.ReceiveAsync(first, second, first with { Version = 9, Action = "acknowledged" })));
        await service.DeliverAsync();
        await CountAsync(mail, 3);
        Assert.Equal(4, await database.CountAsync("select count(*) from notices"));
    }

    [Fact]
    public async Task Several_instances_send_each_mail_once()
    {
        const int Cases = 40;
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        var clock = new MovableClock(Given.Now);
        await using var one = new ServiceUnderTest<Program>(database, clock, mail.Settings);
        await using var two = new ServiceUnderTest<Program>(database, clock, mail.Settings);
        await using var three = new ServiceUnderTest<Program>(database, clock, mail.Settings);
        await one.SetAsync(new() { Email = Given.Mailbox, QuietFrom = 1, QuietTo = 11 });
        await Task.WhenAll(new[] { one, two, three }.SelectMany(s => Enumerable.Range(0, Cases).Select(_ => s.ReceiveAsync(Given.Change("routed")))));
        // Held until eleven by all three, in one mail.
        clock.Advance(TimeSpan.FromHours(1));
        await Task.WhenAll(new[] { one, two, three }.Select(s => s.DeliverAsync()));
        await CountAsync(mail, 1);
        Assert.Equal($"{3 * Cases} varsler fra Avvik", mail.Accepted[0].Mail.Subject);

        await one.ReceiveAsync(Enumerable.Range(0, Cases).Select(_ => Given.Change("routed")));
        var rounds = await Task.WhenAll(new[] { one, two, three }.Select(s => s.Deliveries().RunOnceAsync(CancellationToken.None)));
        await CountAsync(mail, 1 + Cases);
        Assert.Equal(1 + Cases, mail.Accepted.Select(m => m.Mail.MessageId).Distinct().Count());
        Assert.True(rounds.Count(sent => sent > 0) > 1, $"one instance sent all: {string.Join(", ", rounds)}");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Process_killed_after_acceptance_sends_again_with_the_same_id(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(provider);
        // The process has the machine's clock, by which the digest is due already.
        await using (var service = new ServiceUnderTest<Program>(database, new MovableClock(TimeProvider.System.GetUtcNow().AddDays(-2)), mail.Settings))
        {
            await service.SetAsync(new() { Email = Given.Mailbox, DigestHour = 11 });
            await service.ReceiveAsync(Given.Change("routed"));
        }
        using var key = new GatewayKey("notices");
        await using var process = new ServiceProcess("Avvik.Notices",
            new Dictionary<string, string>(database.Settings.Concat(EventKeys.SettingsOf("notices"))
                .Concat(mail.Settings.Select(s => new KeyValuePair<string, string>(s.Item1, s.Item2))), StringComparer.Ordinal)
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{ServiceProcess.FreePort()}",
                ["RabbitMq:Uri"] = "amqp://nobody:nothing@127.0.0.1:1/",
                ["InternalToken:PublicKeyFile"] = key.PublicKeyFile,
                ["Mail:LeaseSeconds"] = "1",
                ["NoteProtection:ActiveKey"] = "k1",
                ["NoteProtection:Keys:k1"] = TestKeys.Of("NoteProtection"),
            });
        var killed = 0;
        mail.OnMessage = async _ =>
        {
            // It is the server's from here on, and the process never hears so.
            if (Interlocked.Increment(ref killed) == 1) await process.KillAsync();
            return SmtpResponse.Ok;
        };
        process.Start();
        await CountAsync(mail, 1);
        await Eventually.IsTrue(() => Task.FromResult(!process.IsRunning), Soon);
        Assert.Equal(1, await database.CountAsync("select count(*) from deliveries where state = 'sending' and attempts = 1"));

        await process.StartAsync();
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from deliveries where state = 'sent' and attempts = 2") == 1, Soon,
            () => Task.FromResult(process.Log));
        Assert.Equal(2, mail.Accepted.Count);
        Assert.Single(mail.Accepted.Select(m => m.Mail.MessageId).Distinct());
        Assert.Contains("sending again with the same id", process.Log, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Old_notices_and_submitters_are_deleted(DatabaseProvider provider)
    {
        await using var mail = new MailServer();
        await using var database = await Databases.CreateAsync(provider);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock, mail.Settings);
        await service.SetAsync(new() { Email = Given.Mailbox });
        await service.ReceiveAsync(Given.Change("routed"), Given.Submitted(Guid.CreateVersion7(Given.Now), "nurse"));
        await service.DeliverAsync();
        clock.Advance(TimeSpan.FromDays(179));
        await service.ReceiveAsync(Given.Change("routed"));
        clock.Advance(TimeSpan.FromDays(2));
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from notices") == 1, Soon);
        Assert.Equal((1, 1, 1), (await database.CountAsync("select count(*) from delivered_notices"),
            await database.CountAsync("select count(*) from deliveries"), await database.CountAsync("select count(*) from submitters")));
        clock.Advance(TimeSpan.FromDays(600));
        await Eventually.IsTrue(async () => await database.CountAsync("select count(*) from submitters") == 0, Soon);
    }
}
