using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Client;
using Avvik.Messaging.Inbox;
using Avvik.Notices.DeliverNotices;
using Avvik.Notices.Persistence;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

[assembly: TablesOf(typeof(NoticesDbContext))]

namespace Avvik.Notices.Tests;

/// <summary>A case of Hamar's, answered by a division of the hospital trust.</summary>
internal static class Given
{
    public const string Hamar = "970540008", Trust = "983971709", ReportersUnit = "3403-sykepleie", Unit = "si-elverum-hamar", OtherUnit = "si-tynset";
    public const string Mailbox = "post@elverum.no", CoordinatorsMailbox = "samhandling@sykehus.no";
    /// <summary>A Thursday, ten in the morning in Oslo.</summary>
    public static readonly DateTimeOffset Now = new(2026, 8, 20, 8, 0, 0, TimeSpan.Zero);

    public static readonly string TrustsCoordinator = new CareDirectory().Party(Trust)!.FallbackUnit.Code;

    public static CaseChanged Change(string action, string state = CaseStates.Routed, int version = 3, Guid? id = null, int? percent = null,
        string? unit = Unit, string harm = "mild", string? reportersUnit = ReportersUnit) => new()
        {
            DeviationId = id ?? Guid.CreateVersion7(Now),
            Version = version,
            OccurredAt = Now,
            Action = action,
            State = state,
            Unit = unit,
            ReminderPercent = percent,
            DueAt = Now.AddDays(21),
            RejectionReason = "insufficient",
            ContributingFactors = ["capacity"],
            Facts = new()
            {
                Reference = "AVV-2026-4830112",
                Community = "innlandet",
                Direction = Directions.MunicipalityToTrust,
                ReporterOrganization = Hamar,
                ReporterUnit = reportersUnit,
                RespondentOrganization = Trust,
                RespondentUnit = Unit,
                RespondentSite = "SI Elverum",
                Agreement = "innlandet-2024",
                Kind = "incident",
                OccurredOn = new(2026, 8, 14),
                ReceivedAt = Now,
                Category = "dischargeSummary",
                Clause = "5",
                PatientGroups = ["frailElderly"],
                ActualHarm = harm,
                PotentialHarm = "severe",
                AffectedMessage = "dischargeSummary",
                Difference = "late",
                PatientMunicipality = "3403",
                HasPatient = true,
            },
        };

    public static Task ReceiveAsync(this ServiceUnderTest<Program> service, params IEnumerable<IEvent> events) =>
        service.Services.GetRequiredService<EventInbox<NoticesDbContext>>().ReceiveAsync([.. events.Select(Events.Page)], CancellationToken.None);

    public static DeliveryService Deliveries(this ServiceUnderTest<Program> service) =>
        service.Services.GetServices<IHostedService>().OfType<DeliveryService>().Single();

    /// <summary>Sends what is due; a round of the service's own may have begun some of it, so a test waits for what it counts.</summary>
    public static Task DeliverAsync(this ServiceUnderTest<Program> service) => service.Deliveries().RunOnceAsync(CancellationToken.None);

    public static async Task<NoticeSettings> SetAsync(this ServiceUnderTest<Program> service, NoticeSettingsChange change, string unit = Unit,
        string organization = Trust)
    {
        var client = service.ClientAs(organization, Roles.Coordinator);
        return await client.SetUnitNoticeSettingsAsync(unit, change, (await client.GetUnitNoticeSettingsAsync(unit)).Version);
    }

    public static SubmitterRecorded Submitted(Guid id, string subject) => new()
    {
        DeviationId = id,
        Version = 1,
        OccurredAt = Now,
        Organization = Hamar,
        Print = SubmitterRecorded.PrintOf(Hamar, subject),
    };
}
