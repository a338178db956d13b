using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.LaunchReport;

public sealed class Launch_report_tests
{
    private static readonly LaunchContext Context = new()
    {
        Respondent = new() { OrganizationNumber = Given.SykehusetInnlandet, Site = "SI Elverum" },
        OccurredAt = "2026-08-14",
        AffectedMessage = "dischargeSummary",
        MessageId = "0c3f5a5e-encounter",
        PatientMunicipality = "3403",
        PatientGroups = ["frailElderly"],
    };

    [Fact]
    public async Task Launch_opens_for_the_same_party_until_it_expires()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        var clock = new MovableClock(Given.Now);
        await using var service = new ServiceUnderTest<Program>(database, clock);
        var launch = await service.ClientAs(Given.Hamar, Roles.Client).LaunchReportAsync(Context);
        Assert.Equal($"/report?launch={launch.Launch}", launch.Path);
        Assert.DoesNotContain("encounter", launch.Launch, StringComparison.Ordinal);
        Assert.Equal(Given.Now.AddMinutes(10), launch.ExpiresAt);

        Task<LaunchContext> OpenAsync(string organization, string sent) =>
            service.ClientAs(organization, Roles.Reporter, organization == Given.Hamar ? "hamar-legevakt" : null).OpenLaunchAsync(new() { Launch = sent });
        async Task<HttpStatusCode> RefusedAsync(string organization, string sent) =>
            (await Assert.ThrowsAsync<AvvikProblemException>(() => OpenAsync(organization, sent))).Status;
        var opened = await OpenAsync(Given.Hamar, launch.Launch);
        Assert.Equal((Context.Respondent, Context.OccurredAt, Context.AffectedMessage, Context.MessageId, Context.PatientMunicipality),
            (opened.Respondent, opened.OccurredAt, opened.AffectedMessage, opened.MessageId, opened.PatientMunicipality));
        Assert.Equal(Context.PatientGroups, opened.PatientGroups);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await RefusedAsync(Given.Ringsaker, launch.Launch));
        var changed = launch.Launch[..^4] + (launch.Launch.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA");
        foreach (var sent in new[] { changed, "", "a.b", "k1.AAAA", "å" })
            Assert.Equal(HttpStatusCode.UnprocessableEntity, await RefusedAsync(Given.Hamar, sent));
        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(HttpStatusCode.Gone, await RefusedAsync(Given.Hamar, launch.Launch));
    }

    [Fact]
    public async Task Launch_is_refused_with_every_field_that_the_form_could_not_send()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var client = service.ClientAs(Given.Hamar, Roles.Client);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => client.LaunchReportAsync(Context with
        {
            Respondent = new() { OrganizationNumber = "999999999" },
            Kind = "crime",
            Difference = "odd",
            PatientMunicipality = "9999",
            MessageId = Given.SyntheticNumber,
        }));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(["/difference", "/kind", "/messageId", "/patientMunicipality", "/respondent/organizationNumber"],
            refused.Errors.Select(e => e.Pointer).Order(StringComparer.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest,
            (await Assert.ThrowsAsync<AvvikProblemException>(() => client.LaunchReportAsync(Context with { Respondent = null }))).Status);
    }
}
