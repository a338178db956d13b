using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.HandleCase;

/// <summary>What was typed wrong is corrected with a reason, and agreement, clause, unit and deadline follow.</summary>
public sealed class Correction_tests
{
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static ServiceUnderTest<Program> Start(TestDatabase database) => new(database, new MovableClock(Given.ReceivedAt.AddHours(1)));

    private static IAvvikClient Coordinator(ServiceUnderTest<Program> service) => service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);

    private static async Task<string> ErrorAsync(Task call) =>
        (await Assert.ThrowsAsync<AvvikProblemException>(() => call)).Problem.GetProperty("errors")[0] is var e
            ? $"{e.GetProperty("pointer").GetString()}:{e.GetProperty("code").GetString()}" : "";

    [Theory, MemberData(nameof(Engines))]
    public async Task Corrected_date_is_judged_by_the_agreement_of_that_day(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { OccurredOn = new(2024, 2, 12), Agreement = "innlandet-2019" }))).DeviationId;
        var corrected = await Coordinator(service).ActAsync(id, 3, "reclassify", new() { OccurredAt = "2026-08-12", Reason = "Feil dato tastet." });
        Assert.Equal(("innlandet-2024", new DateOnly(2026, 8, 12), CaseStates.Routed, "si-tynset"),
            (corrected.Agreement!.Code, corrected.OccurredOn, corrected.Case.State, corrected.Case.Unit));
        Assert.StartsWith("Feil dato tastet.\nSkjedde: 12.02.2024 → 12.08.2026\nAvtale: ", corrected.Timeline[^1].Text, StringComparison.Ordinal);
        var sent = await database.SentAsync();
        Assert.Equal(("innlandet-2024", new DateOnly(2026, 8, 12)), sent.OfType<CaseChanged>().Last().Facts is var f ? (f.Agreement, f.OccurredOn) : default);
        Assert.Equal(new DateOnly(2026, 8, 12), Assert.Single(sent.OfType<FactsCorrected>()).Facts.OccurredOn);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Clause_follows_the_corrected_date_unless_it_was_chosen(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        // Point 13 is in force since 2022.
        var own = (await service.ReceivedAsync(service.Triaged(f => f with { OccurredOn = new(2019, 5, 5), Category = "childAndFamily", Clause = null })))
            .DeviationId;
        var chosen = (await service.ReceivedAsync(service.Triaged(f => f with { Reference = "AVV-2026-000002", Clause = "7" }))).DeviationId;
        var right = new CaseAction { OccurredAt = "2026-08-12", Reason = "Feil år." };
        Assert.Equal("13", (await Coordinator(service).ActAsync(own, 3, "reclassify", right)).Agreement!.Clause);
        Assert.Equal("7", (await Coordinator(service).ActAsync(chosen, 3, "reclassify", right)).Agreement!.Clause);
        Assert.Null((await Coordinator(service).ActAsync(own, 4, "reclassify", new() { OccurredAt = "2019-05-05", Reason = "Likevel." })).Agreement!.Clause);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Unit_follows_a_corrected_category_unless_a_person_chose_it(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = Start(database);
        var placed = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        var chosen = (await service.ReceivedAsync(service.Triaged(f => f with { Reference = "AVV-2026-000002" }, unit: "si-habilitering"))).DeviationId;
        var handler = service.ClientAs(Given.SykehusetInnlandet, Roles.Handler, "si-tynset");
        await handler.ActAsync(placed, 3, "acknowledge");
        var messaging = new CaseAction { Category = "messaging", Reason = "Gjelder meldingen." };
        var moved = await Coordinator(service).ActAsync(placed, 4, "reclassify", messaging);
        Assert.Equal(("si-meldingsansvarlig", CaseStates.Routed, "categoryService", 0),
            (moved.Case.Unit, moved.Case.State, moved.Routing.Rule, moved.Case.Hops));
        Assert.Contains("Enhet: ", moved.Timeline[^1].Text, StringComparison.Ordinal);
        Assert.Equal("si-habilitering", (await Coordinator(service).ActAsync(chosen, 3, "reclassify", messaging)).Case.Unit);
    }

    [Fact]
    public async Task Correction_is_checked_like_a_submission()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = Start(database);
        var id = (await service.ReceivedAsync(service.Triaged(f => f with { DiscoveredAt = new(2026, 8, 15, 9, 0, 0, TimeSpan.FromHours(2)) }))).DeviationId;
        foreach (var (at, code) in new[] { ("i går", "invalidDate"), ("2026-08-21", "inFuture"), ("2015-01-01", "tooOld"), ("2026-08-16", "afterDiscovered") })
            Assert.Equal($"/occurredAt:{code}",
                await ErrorAsync(Coordinator(service).ActAsync(id, 3, "reclassify", new() { OccurredAt = at, Reason = "Feil." })));
    }
}
