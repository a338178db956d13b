using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Routing.RoutingRules;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.ImportDirectory;

/// <summary>Communities, agreements and parties are data: entered, changed, dated and taken back while the service runs.</summary>
public sealed class Import_directory_tests
{
    private const string Helgelandssykehuset = "983974929", Rana = "872418032", Hemnes = "846316442", Elverum = "952857991", Aamot = "940152496";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static CommunityDocument[] Shipped(string file) => JsonSerializer.Deserialize(
        File.ReadAllText(Path.Combine(RepositoryRoot.Path, "compose", "communities", file)), ContractJson.Default.CommunityDocumentArray)!;

    private static CommunityDocument Helgeland => Shipped("helgeland.json").Single();

    private static async Task<DirectoryImportAnswer> ImportAsync(IAvvikClient client, CommunityDocument community, bool dryRun = false) =>
        await client.ImportDirectoryAsync(new() { Communities = [community], Reason = "Ny avtale." }, (await client.GetDirectoryAsync()).Version, dryRun);

    private static async Task<string[]> ErrorsAsync(IAvvikClient client, CommunityDocument community)
    {
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => ImportAsync(client, community));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        return [.. refused.Errors.Select(e => $"{e.Pointer["/communities/0".Length..]} {e.Code}")];
    }

    private static CommunityDocument With(CommunityDocument community, string organizationNumber, Func<MunicipalityDocument, MunicipalityDocument> change) =>
        community with
        {
            Regions = [.. community.Regions.Select(r => r with
            {
                Municipalities = [.. r.Municipalities.Select(m => m.OrganizationNumber == organizationNumber ? change(m) : m)],
            })],
        };

    [Theory, MemberData(nameof(Engines))]
    public async Task Third_community_is_previewed_imported_used_and_survives_a_restart(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        Guid id;
        await using (var service = new ServiceUnderTest<Program>(database))
        {
            var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
            var preview = await ImportAsync(admin, Helgeland, dryRun: true);
            Assert.Equal((1, true), (preview.Version, preview.DryRun));
            Assert.Contains(new DirectoryDifference("helgeland/trust/name", null, "Helgelandssykehuset HF"), preview.Differences);
            Assert.DoesNotContain((await admin.GetDirectoryAsync()).Communities, c => c.Code == "helgeland");

            var imported = await ImportAsync(admin, Helgeland);
            Assert.Equal((2, false), (imported.Version, imported.DryRun));
            Assert.Equal(preview.Differences, imported.Differences);
            Assert.Equal(18, (await admin.GetDirectoryAsync()).Communities.Single(c => c.Code == "helgeland").Regions.Sum(r => r.Municipalities.Count));
            var published = (await database.SentAsync()).OfType<DirectoryPublished>().Last();
            Assert.Equal(["innlandet", "lofoten-vesteralen-salten", "helgeland"], published.ReadCommunities().Select(c => c.Code));
            // The same again changes nothing.
            Assert.Empty((await ImportAsync(admin, Helgeland)).Differences);

            id = (await service.ReceivedAsync(service.Triaged(f => f with
            {
                Community = "helgeland",
                ReporterOrganization = Rana,
                RespondentOrganization = Helgelandssykehuset,
                RespondentSite = "Helgelandssykehuset Mosjøen",
                Agreement = "helgeland-samarbeidsavtale",
            }))).DeviationId;
            Assert.Equal("helgeland-somatikk", (await service.ClientAs(Helgelandssykehuset, Roles.Coordinator).GetCaseAsync(id)).Case.Unit);
        }
        await using var again = new ServiceUnderTest<Program>(database);
        Assert.Equal(2, (await again.ClientAs(Rana, Roles.Reporter).GetDirectoryAsync()).Version);
        Assert.Equal("routed", (await again.ClientAs(Helgelandssykehuset, Roles.Coordinator).GetCaseAsync(id)).Case.State);
    }

    [Fact]
    public async Task Every_shipped_community_can_be_imported()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
        var files = System.IO.Directory.GetFiles(Path.Combine(RepositoryRoot.Path, "compose", "communities"), "*.json");
        foreach (var file in files)
            foreach (var community in Shipped(file)) await ImportAsync(admin, community);
        var all = (await admin.GetDirectoryAsync()).Communities;
        Assert.Equal((17, 19), (files.Length, all.Count));
        // Haram's organisation number is not confirmed.
        Assert.Equal(356, all.Sum(c => c.Regions.Sum(r => r.Municipalities.Count)));
        Assert.All(all.Where(c => c.Code is not ("innlandet" or "lofoten-vesteralen-salten")), c => Assert.NotEmpty(Shipped($"{c.Code}.json")[0].Sources!));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Import_is_taken_back_unless_a_case_names_what_would_be_gone(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
        async Task<DirectoryImportAnswer> UndoAsync(IAvvikClient by) =>
            await by.UndoDirectoryImportAsync(new() { Reason = "Feil fil." }, (await by.GetDirectoryAsync()).Version);
        await ImportAsync(admin, Helgeland);
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AvvikProblemException>(() => UndoAsync(admin))).Status);
        var own = service.ClientAs(Helgelandssykehuset, Roles.Admin);
        Assert.Equal(3, (await UndoAsync(own)).Version);
        Assert.Equal(["innlandet", "lofoten-vesteralen-salten"], (await admin.GetDirectoryAsync()).Communities.Select(c => c.Code));
        Assert.Equal([(3, 2, null), (2, null, (int?)3)], (await admin.ListDirectoryImportsAsync()).Select(i => (i.Version, i.Undoes, i.UndoneBy)));
        Assert.Equal(ProblemCodes.NothingToUndo, (await Assert.ThrowsAsync<AvvikProblemException>(() => UndoAsync(admin))).Code);

        await ImportAsync(admin, Helgeland);
        await service.ReceivedAsync(service.Triaged(f => f with
        {
            Community = "helgeland",
            ReporterOrganization = Rana,
            RespondentOrganization = Helgelandssykehuset,
            RespondentSite = null,
        }));
        Assert.Equal(ProblemCodes.CommunityInUse, (await Assert.ThrowsAsync<AvvikProblemException>(() => UndoAsync(own))).Code);
    }

    [Fact]
    public async Task Community_is_changed_by_its_own_trusts_administrator_alone()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var innlandet = await service.ClientAs(Given.Hamar, Roles.Reporter).GetCommunityAsync("innlandet");
        foreach (var (organization, role) in new[]
        {
            (Given.Nordlandssykehuset, Roles.Admin), (Given.Hamar, Roles.Admin), (Given.SykehusetInnlandet, Roles.Coordinator),
        })
            Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AvvikProblemException>(
                () => ImportAsync(service.ClientAs(organization, role), innlandet with { Name = "Innlandet" }))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AvvikProblemException>(
            () => ImportAsync(service.ClientAs(Given.Hamar, Roles.Admin), Helgeland))).Status);
        var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
        Assert.Equal(new DirectoryDifference("innlandet/name", "Helsefellesskap Innlandet", "Innlandet"),
            Assert.Single((await ImportAsync(admin, innlandet with { Name = "Innlandet" })).Differences));
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Assert.ThrowsAsync<AvvikProblemException>(
            () => admin.ImportDirectoryAsync(new() { Communities = [innlandet], Reason = "Tilbake." }, 1))).Status);
    }

    [Fact]
    public async Task Import_names_everything_that_is_wrong_and_stores_nothing()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var admin = service.ClientAs(Given.SykehusetInnlandet, Roles.Admin);
        var h = Helgeland;
        Assert.Equal(
            [
                "/regions/0/municipalities/0/organizationNumber invalidOrganizationNumber", "/trust/fallbackUnit unknownUnit",
                "/regions/0/municipalities/0/number invalidMunicipality", "/municipalFallbackSuffix unknownUnit", "/agreements/0/validTo endsBeforeItBegins",
                "/agreements/1/validFrom overlapsOther", "/agreements/1/clauses/0/statutory unknownCode", "/agreements/1/clauses/1/number overlapsOther",
                "/providers/0/kind unknownCode", "/providers/0/under unknownOrganization",
                "/sharedUnits/0/mailbox invalidEmail", "/sharedUnits/0/service unknownUnit", "/sharedUnits/0/host unknownOrganization",
            ],
            await ErrorsAsync(admin, With(h, h.Regions[0].Municipalities[0].OrganizationNumber,
                m => m with { OrganizationNumber = "123456789", Number = "18" }) with
            {
                Trust = h.Trust with { FallbackUnit = "annet" },
                MunicipalFallbackSuffix = "annet",
                Agreements =
                [
                    h.Agreements[0] with { ValidTo = new(2011, 1, 1), Prolongations = [new(new(2030, 1, 1))] },
                    h.Agreements[0] with { Code = "ny", Clauses = [new("8-1", "99", "Følge"), new("8-1", "8", "Følge")] },
                ],
                Providers = [new() { OrganizationNumber = "915933149", Name = "Legekontoret", Kind = "lege", Under = "970540008" }],
                SharedUnits =
                [
                    new() { Code = "iks", Name = "IKS", Service = "ukjent", Host = "970540008", ValidFrom = new(2026, 1, 1), Serves = [], Mailbox = "IKS" },
                ],
            }));
        Assert.Equal(
            [
                "/trust/units/0/mailbox invalidEmail", "/regions/0/municipalities/0/mailboxes/0/address invalidEmail",
                "/regions/0/municipalities/0/mailboxes/1/service unknownUnit", "/regions/0/municipalities/0/mailboxes/2/service repeated",
                "/providers/0/mailbox invalidEmail",
            ],
            await ErrorsAsync(admin, With(h, h.Regions[0].Municipalities[0].OrganizationNumber, m => m with
            {
                Mailboxes = [new("lege", "post@rana"), new("ukjent", "post@rana.no"), new("lege", "post@rana.no")],
            }) with
            {
                Trust = h.Trust with { Units = [h.Trust.Units[0] with { Mailbox = "Somatikk <post@sykehus.no>" }, .. h.Trust.Units.Skip(1)] },
                Providers =
                [
                    new() { OrganizationNumber = "915933149", Name = "Legekontoret", Kind = "gp", Under = h.Trust.OrganizationNumber, Mailbox = "" },
                ],
            }));
        // Another community's numbers and unit codes; and what was there before must stay.
        var innlandet = await admin.GetCommunityAsync("innlandet");
        Assert.Contains("/trust/organizationNumber repeated", await ErrorsAsync(admin, h with { Trust = innlandet.Trust }));
        Assert.Equal(["/regions/6 mustBeKept", "/agreements/0 mustBeKept"], (await ErrorsAsync(admin, innlandet with
        {
            Regions = [.. innlandet.Regions.SkipLast(1)],
            Agreements = [innlandet.Agreements[1]],
        })).Select(e => e.Contains("municipalities", StringComparison.Ordinal) ? "/regions/6 mustBeKept" : e).Distinct());
        Assert.Equal(1, (await admin.GetDirectoryAsync()).Version);
    }

    [Theory]
    [InlineData("""{"communities":[{"code":"x","name":"X"}],"reason":"r"}""", "/communities/0/trust")]
    [InlineData("""{"communities":[{"code":"x","trust":{"name":"T","organizationNumber":"983974929","units":[{"code":"a"}]}}],"reason":"r"}""",
        "/communities/0/trust/units/0/name")]
    public async Task Missing_member_of_a_community_is_named(string body, string pointer)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        using var http = service.As(Given.SykehusetInnlandet, Roles.Admin);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/directory/import")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "If-Match", "\"1\"" } },
        };
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"{pointer} required", JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("errors").EnumerateArray()
            .Select(e => $"{e.GetProperty("pointer").GetString()} {e.GetProperty("code").GetString()}"));
    }

    [Fact]
    public void Agreement_of_named_municipalities_goes_before_the_one_for_all_and_is_prolonged()
    {
        var own = new AgreementDocument
        {
            Code = "rana-2020",
            Name = "Avtale med Rana",
            ValidFrom = new(2020, 1, 1),
            ValidTo = new(2022, 12, 31),
            Municipalities = ["1833"],
            Prolongations = [new(new(2023, 6, 30), "Styresak."), new(new(2024, 6, 30))],
        };
        var directory = With(Helgeland with { Agreements = [.. Helgeland.Agreements, own] });
        var (trust, rana, hemnes) = (directory.Party(Helgelandssykehuset)!, directory.Party(Rana)!, directory.Party(Hemnes)!);
        Assert.Equal("rana-2020", rana.AgreementWith(trust, new(2024, 6, 30))!.Code);
        Assert.Equal("helgeland-samarbeidsavtale", rana.AgreementWith(trust, new(2024, 7, 1))!.Code);
        Assert.Equal("helgeland-samarbeidsavtale", hemnes.AgreementWith(trust, new(2022, 1, 1))!.Code);
        // Between two municipalities it takes both.
        Assert.Equal("helgeland-samarbeidsavtale", rana.AgreementWith(hemnes, new(2022, 1, 1))!.Code);
    }

    [Fact]
    public void Municipality_that_merges_or_changes_number_is_understood_by_its_old_ones()
    {
        var merged = With(Helgeland, Hemnes, m => m with { EndedOn = new(2028, 1, 1), Successor = Rana });
        merged = With(merged, Rana, m => m with
        {
            Number = "1899",
            UnitPrefix = "1833",
            FormerNumbers = [new("1833", new(2027, 12, 31))],
            FormerOrganizationNumbers = ["915933149"],
        });
        var directory = With(merged);
        Assert.Equal("Hemnes", directory.PartyOn(Hemnes, new(2027, 12, 31))!.Name);
        Assert.Equal(Rana, directory.PartyOn(Hemnes, new(2028, 1, 1))!.OrganizationNumber);
        Assert.Equal(Rana, directory.Party("915933149")!.OrganizationNumber);
        Assert.Equal([Rana, Hemnes, "915933149"], directory.NumbersOf(Rana));
        // A code outlives the number.
        Assert.Equal("1833-avvik", directory.Party(Rana)!.FallbackUnit.Code);
        Assert.Equal("1899", directory.MunicipalityNumber("1833", new(2027, 12, 31)));
        Assert.Null(directory.MunicipalityNumber("1833", new(2028, 1, 1)));
        Assert.Equal("1899", directory.MunicipalityNumber("1832", new(2027, 12, 31)));
        Assert.Null(directory.MunicipalityNumber("1832", new(2028, 1, 1)));
        Assert.Equal("3403", directory.MunicipalityNumber("0403", new(2019, 5, 5)));
        Assert.Null(directory.MunicipalityNumber("0403", new(2026, 11, 26)));
        // Divided: it is no other municipality's whole.
        Assert.Equal("5012", directory.MunicipalityNumber("5012", new(2019, 5, 5)));
    }

    private static CommunityDocument WithLegevakt(DateOnly from) => HealthCommunities.Shipped.Single(c => c.Code == "innlandet") with
    {
        SharedUnits =
        [
            new()
            {
                Code = "sor-osterdal-legevakt",
                Name = "Sør-Østerdal interkommunale legevakt",
                Service = "legevakt",
                Host = Elverum,
                ValidFrom = from,
                Serves = [Aamot],
                Mailbox = "legevakt@sor-osterdal.no",
            },
        ],
    };

    private static async Task<HttpStatusCode> StatusAsync(Task call) => (await Assert.ThrowsAsync<AvvikProblemException>(() => call)).Status;

    [Theory, MemberData(nameof(Engines))]
    public async Task Shared_unit_handles_the_cases_of_every_municipality_it_serves(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        await ImportAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Admin), WithLegevakt(new(2026, 1, 1)));
        var id = (await service.ReceivedAsync(service.Triaged(f => f with
        {
            Direction = Directions.TrustToMunicipality,
            ReporterOrganization = Given.SykehusetInnlandet,
            RespondentOrganization = Aamot,
            RespondentSite = null,
            Category = "emergency",
        }))).DeviationId;
        var handler = service.ClientAs(Elverum, Roles.Handler, "sor-osterdal-legevakt");
        Assert.Equal(id, Assert.Single((await handler.ListCasesAsync()).Items).Id);
        await handler.ActNowAsync(id, "acknowledge");
        var seen = await service.ClientAs(Aamot, Roles.Coordinator).GetCaseAsync(id);
        Assert.Equal(("acknowledged", "sor-osterdal-legevakt", Aamot), (seen.Case.State, seen.Case.Unit, seen.Timeline[^1].Organization));
        // One mailbox, whichever of them it works for.
        var directory = await handler.GetDirectoryAsync();
        Assert.Equal(["legevakt@sor-osterdal.no", "legevakt@sor-osterdal.no"], directory.Communities.SelectMany(c => c.Regions)
            .SelectMany(r => r.Municipalities).SelectMany(m => m.Units).Where(u => u.Code == "sor-osterdal-legevakt").Select(u => u.Mailbox));
        // Nobody else of the municipality that hosts it.
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service.ClientAs(Elverum, Roles.Handler, "3420-tildeling").GetCaseAsync(id)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service.ClientAs(Elverum, Roles.Coordinator).GetCaseAsync(id)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Municipality_that_took_over_has_the_cases_of_the_one_that_ended(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        await ImportAsync(service.ClientAs(Given.SykehusetInnlandet, Roles.Admin),
            With(Helgeland, Hemnes, m => m with { EndedOn = new(2026, 10, 1), Successor = Rana }));
        var id = (await service.ReceivedAsync(service.Triaged(f => f with
        {
            Community = "helgeland",
            Direction = Directions.TrustToMunicipality,
            ReporterOrganization = Helgelandssykehuset,
            RespondentOrganization = Hemnes,
            RespondentSite = null,
            Agreement = "helgeland-samarbeidsavtale",
        }))).DeviationId;
        var coordinator = service.ClientAs(Rana, Roles.Coordinator);
        Assert.Equal(id, Assert.Single((await coordinator.ListCasesAsync()).Items).Id);
        var handed = await coordinator.ActNowAsync(id, "hand-over", new() { Organization = Rana, Reason = "Kommunene er slått sammen." });
        Assert.Equal((Rana, "routed"), (handed.Case.RespondentOrganization, handed.Case.State));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(service.ClientAs("940667852", Roles.Coordinator).GetCaseAsync(id)));
    }

    [Fact]
    public void Service_of_several_municipalities_has_one_unit_from_its_first_day()
    {
        var directory = With(WithLegevakt(new(2026, 9, 1)));
        var facts = Given.Triaged(f => f with { RespondentOrganization = Aamot, RespondentSite = null, Category = "emergency" }).Facts;
        Assert.Equal("3422-legevakt", UnitRules.Decide(facts, null, directory, PartyRules.None, new(2026, 8, 31)).Unit.Code);
        var (unit, decision) = UnitRules.Decide(facts, null, directory, PartyRules.None, new(2026, 9, 1));
        Assert.Equal(("sor-osterdal-legevakt", Elverum, "categoryService"), (unit.Code, unit.Host, decision.Rule));
        // What the municipality's own had moves there.
        Assert.Equal((new DateOnly(2026, 9, 1), "sor-osterdal-legevakt"),
            directory.Party(Aamot)!.Unit("3422-legevakt") is { ClosedOn: { } closed, Successor: { } successor } ? (closed, successor) : default);
    }

    private static CareDirectory With(CommunityDocument community) => new(new DirectoryPublished
    {
        Version = 2,
        OccurredAt = Given.ReceivedAt,
        Units = [],
        Communities = DirectoryPublished.Write(HealthCommunities.Shipped.Where(c => c.Code != community.Code).Append(community)),
    });
}
