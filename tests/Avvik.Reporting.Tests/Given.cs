using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.TextProtection;
using Avvik.Reporting.Persistence;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

[assembly: TablesOf(typeof(ReportingDbContext))]

namespace Avvik.Reporting.Tests;

/// <summary>Submissions, and the events that follow them.</summary>
internal static class Given
{
    /// <summary>Bodies of the events of submissions, in order.</summary>
    public const string SubmittedEvents = "select body from outbox_message where type like '%deviation-submitted%' order by id";

    public const string Hamar = "970540008", Ringsaker = "864950582", SykehusetInnlandet = "983971709", Nordlandssykehuset = "983974910";
    public const string SyntheticNumber = "41814061033";

    public static readonly DateTimeOffset Now = new(2026, 8, 20, 8, 30, 0, TimeSpan.Zero);

    public static Submission Submission => new()
    {
        ClientReference = Guid.CreateVersion7().ToString("N"),
        Kind = "agreementBreach",
        OccurredAt = "2026-08-14",
        Respondent = new() { OrganizationNumber = SykehusetInnlandet, Site = "SI Elverum" },
        Narrative = "Epikrisen kom ni dager etter utskrivning.",
        Category = "dischargeSummary",
        ActualHarm = "mild",
    };

    /// <summary>A change of the deviation's case.</summary>
    public static CaseChanged Changed(
        this Deviation deviation, int version, string action, string state, string? organization = SykehusetInnlandet, DateTimeOffset? at = null,
        Guid? mainCase = null) => new()
        {
            DeviationId = deviation.Id,
            Version = version,
            OccurredAt = at ?? Now.AddMinutes(version),
            Action = action,
            Organization = organization,
            State = state,
            Unit = "si-elverum-hamar",
            DueAt = Now.AddDays(21),
            ClosedAt = CaseStates.IsFinal(state) ? at ?? Now.AddMinutes(version) : null,
            MainCase = mainCase,
            Facts = new()
            {
                Reference = deviation.Reference,
                Community = deviation.Community,
                Direction = deviation.Direction,
                ReporterOrganization = deviation.ReporterOrganization,
                RespondentOrganization = deviation.RespondentOrganization,
                Agreement = deviation.Agreement?.Code,
                Kind = "agreementBreach",
                OccurredOn = new(2026, 8, 14),
                ReceivedAt = deviation.ReceivedAt,
                Category = deviation.Category,
                Clause = deviation.Agreement?.Clause,
                PatientGroups = [],
                ActualHarm = deviation.ActualHarm,
                HasPatient = deviation.HasPatient,
            },
        };

    public static ReporterInformed Informed(this ServiceUnderTest<Program> service, Deviation deviation, int version, string text) =>
        new()
        {
            DeviationId = deviation.Id,
            Version = version,
            OccurredAt = Now.AddMinutes(version),
            Text = service.Services.GetRequiredService<TextProtector>().Protect(text)
        };

    public static Task ReceiveAsync(this ServiceUnderTest<Program> service, params IEnumerable<IEvent> events) =>
        service.Services.GetRequiredService<EventInbox<ReportingDbContext>>().ReceiveAsync([.. events.Select(Events.Page)], CancellationToken.None);

    public static IAvvikClient Reporter(this ServiceUnderTest<Program> service, string organization = Hamar) => service.ClientAs(organization, Roles.Reporter);
}
