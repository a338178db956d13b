using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.HandleCase;

/// <summary>Whoever writes is told what may identify someone, and where, as with a submission.</summary>
public sealed class Written_warning_tests
{
    private static string[] Told(WrittenAnswer answer) =>
        [.. (answer.Warnings ?? []).SelectMany(w => w.Offsets, (w, o) => $"{w.Pointer} {w.Code} {o.Offset}+{o.Length}")];

    [Fact]
    public async Task Answer_measure_and_lesson_warn_of_names_birth_dates_and_addresses()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        Assert.Null((await coordinator.ActNowAsync(id, "acknowledge")).Warnings);
        Assert.Null((await coordinator.ActNowAsync(id, "start")).Warnings);
        Assert.Equal(["/question possibleName 13+10", "/question possibleBirthDate 30+10"],
            Told(await coordinator.ActNowAsync(id, "ask", new() { Question = "Gjaldt dette Ole Hansen, født 12.03.1938?" })));
        await service.ReceiveAsync(new Avvik.Contracts.Reporting.ReporterAnswered
        {
            DeviationId = id,
            Version = 1,
            OccurredAt = Given.ReceivedAt.AddHours(1),
            Organization = Given.Hamar,
            Text = service.Protect("Ja."),
        });
        var answered = await coordinator.ActNowAsync(id, "answer", new()
        {
            Text = "Vi har snakket med datteren Silje Hansen, Storgata 12.",
            ContributingFactors = ["capacity"],
            Measures = [new() { Description = "Samtale med Kari Nordmann", Owner = "Kari Nordmann", DueDate = "2026-10-15" }],
        });
        Assert.Equal(["/text possibleName 28+12", "/text possibleAddress 42+11", "/measures/0/description possibleName 12+13",
            "/measures/0/owner possibleName 0+13"], Told(answered));
        Assert.All(answered.Warnings!, w => Assert.Equal(Texts.Field(w.Code, english: false), w.Message));
        // A reader wrote nothing.
        Assert.Null((await coordinator.GetCaseAsync(id)).Warnings);
        Assert.Equal(["/note possibleName 12+10"], Told(await coordinator.ChangeMeasureAsync(id, answered.Case.Version, answered.Answer!.Measures[0].Id!.Value,
            new() { State = "cancelled", Note = "Avklart med Ole Hansen." })));
        await coordinator.ActNowAsync(id, "close");
        var lesson = await coordinator.ProposeLessonAsync(id, new()
        {
            Title = "Ole Hansen",
            WhatHappened = "Ole Hansen, Storgata 12, kom hjem uten medisiner.",
            Why = "x",
            WhatWeChanged = "y",
            WhoShouldKnow = "alle",
        });
        Assert.Equal(["/title possibleName 0+10", "/whatHappened possibleName 0+10", "/whatHappened possibleAddress 12+11"], Told(lesson));

        // What answers nothing otherwise answers with the warnings.
        using var http = service.As(Given.SykehusetInnlandet, Roles.Coordinator);
        using var withdrawal = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/lessons/{lesson.Id}/withdraw")
        {
            Content = JsonContent.Create(new { reason = "Skrevet av Ole Hansen." }),
        };
        withdrawal.Headers.TryAddWithoutValidation("If-Match", $"\"{lesson.Version}\"");
        using var withdrawn = await http.SendAsync(withdrawal);
        Assert.Equal(System.Net.HttpStatusCode.OK, withdrawn.StatusCode);
        var told = JsonElement.Parse(await withdrawn.Content.ReadAsByteArrayAsync()).GetProperty("warnings")[0];
        Assert.Equal("/reason", told.GetProperty("pointer").GetString());
    }
}
