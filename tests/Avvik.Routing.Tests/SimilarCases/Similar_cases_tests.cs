using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.SimilarCases;

public sealed class Similar_cases_tests
{
    private const string Ringsaker = "864950582";
    private const string Warfarin = "Blodfortynnende tabletter var doblet, men legemiddellisten var ikke oppdatert.";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static async Task<Guid> CaseAsync(ServiceUnderTest<Program> service, string narrative, Func<DeviationFacts, DeviationFacts>? facts = null,
        bool close = true)
    {
        var id = (await service.ReceivedAsync(service.Triaged(f => facts?.Invoke(Medication(f)) ?? Medication(f), narrative: narrative))).DeviationId;
        if (!close) return id;
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        foreach (var action in new[] { "acknowledge", "start" }) await coordinator.ActNowAsync(id, action);
        await coordinator.ActNowAsync(id, "answer",
            new() { Text = "Rutinen er endret.", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle." });
        await coordinator.ActNowAsync(id, "close");
        return id;
    }

    private static DeviationFacts Medication(DeviationFacts f) => f with { Category = "medication", Clause = "2" };

    [Theory, MemberData(nameof(Engines))]
    public async Task Similar_cases_are_the_partys_closed_ones_with_the_reason(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var alike = await CaseAsync(service, "Legemiddellisten manglet Blodfortynnende tabletter etter utskrivning.");
        var slightly = await CaseAsync(service, "Resepten på tabletter manglet.", f => f with { Category = "dischargeSummary" });
        _ = await CaseAsync(service, "Sykkelen ble stjålet fra garasjen.");
        _ = await CaseAsync(service, Warfarin, f => f with { Category = "privacy", Clause = "9" });
        _ = await CaseAsync(service, Warfarin, close: false);
        var theirs = await CaseAsync(service, Warfarin, f => f with { ReporterOrganization = Ringsaker });
        var id = await CaseAsync(service, Warfarin, close: false);

        var found = await service.ClientAs(Given.Hamar, Roles.Handler).ListSimilarAsync(id);
        Assert.Equal([alike, slightly], found.Cases.Select(c => c.Case.Id));
        Assert.Equal(["category", "clause", "word:legemiddellisten", "word:blodfortynnende", "word:tabletter"], found.Cases[0].Why);
        Assert.Equal(["clause", "word:tabletter"], found.Cases[1].Why);
        Assert.True(found.Cases[0].Score > found.Cases[1].Score && found.Cases[1].Score > 0);
        Assert.Empty(found.Lessons);
        // The trust answers all of them.
        Assert.Equal([theirs, alike, slightly], (await service.ClientAs(Given.SykehusetInnlandet, Roles.Handler).ListSimilarAsync(id)).Cases.Select(c =>
            c.Case.Id));
        Assert.Equal(HttpStatusCode.NotFound,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => service.ClientAs(Ringsaker, Roles.Handler).ListSimilarAsync(id))).Status);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Similar_cases_include_the_communitys_approved_lessons(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var trust = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var draft = new LessonDraft
        {
            Title = "Legemiddellisten følger pasienten",
            WhatHappened = "Blodfortynnende var doblet.",
            Why = "Ingen hadde ansvaret.",
            WhatWeChanged = "Listen skrives ut.",
            WhoShouldKnow = "Sengeposter."
        };
        var approved = await trust.ProposeLessonAsync(await CaseAsync(service, "Hendelse.", f => f with { ReporterOrganization = Ringsaker }), draft);
        await service.ClientAs(Ringsaker, Roles.LearningEditor).ApproveLessonAsync(approved.Id, 1);
        _ = await trust.ProposeLessonAsync(await CaseAsync(service, "Hendelse."), draft);
        var id = await CaseAsync(service, Warfarin, close: false);

        var lesson = Assert.Single((await service.ClientAs(Given.Hamar, Roles.Handler).ListSimilarAsync(id)).Lessons);
        Assert.Equal(approved.Id, lesson.Lesson.Id);
        Assert.Null(lesson.Lesson.Origin);
        Assert.Equal(["category", "clause", "word:legemiddellisten", "word:blodfortynnende", "word:doblet"], lesson.Why);
        Assert.True(lesson.Score > 0);
    }

    [Fact]
    public async Task Unspecific_narrative_gets_no_suggestion()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var id = await CaseAsync(service, "Nei, 12345 !", close: false);
        var found = await service.ClientAs(Given.Hamar, Roles.Handler).ListSimilarAsync(id);
        Assert.Empty(found.Cases);
        Assert.Empty(found.Lessons);
    }
}
