using Avvik.CareDirectories;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;
using Avvik.Messaging.Inbox;
using Avvik.Notices.DeliverNotices;
using Avvik.Notices.Persistence;
using Avvik.Storage;

namespace Avvik.Notices.RecordNotices;

/// <summary>Records who is notified of a change, and schedules how, in the transaction that takes the event in.</summary>
internal sealed class CaseChangedHandler(CurrentDirectory directory, DeliverySchedule schedule) : IHandle<CaseChanged, NoticesDbContext>
{
    public async Task HandleAsync(CaseChanged message, UnitOfWork<NoticesDbContext> unit)
    {
        foreach (var (kind, audience) in NoticeRules.Of(message))
            foreach (var (organization, code, person) in await RecipientsAsync(message, kind, audience, unit))
            {
                var now = unit.Clock.GetUtcNow();
                var notice = new Notice
                {
                    Id = Guid.CreateVersion7(now),
                    DeviationId = message.DeviationId,
                    // Each unit hears once that it has a serious event, whatever happens to it afterwards.
                    Version = kind == NoticeKinds.SeriousEvent ? 0 : message.Version,
                    Kind = kind,
                    Percent = kind is NoticeKinds.Deadline or NoticeKinds.DeadlinePassed ? message.ReminderPercent : null,
                    Reference = message.Facts.Reference,
                    Organization = organization,
                    Unit = code,
                    Person = person,
                    OccurredAt = message.OccurredAt,
                    CreatedAt = now,
                };
                if (await unit.InsertIfNewAsync(notice)) await schedule.AddAsync(notice, audience.HasFlag(Audience.Leader), unit);
            }
    }

    private async Task<IReadOnlyList<(string Organization, string Unit, string Person)>> RecipientsAsync(
        CaseChanged c, string kind, Audience audience, UnitOfWork<NoticesDbContext> unit)
    {
        var found = new List<(string Organization, string Unit, string Person)>();
        var (respondent, reporter) = (directory.Now.Party(c.Facts.RespondentOrganization), directory.Now.Party(c.Facts.ReporterOrganization));
        // Of a party that does not use Avvik nobody hears anything here: the reporter's coordinator, who sends it letters, does.
        if (respondent?.UsesAvvikOn(NorwegianCalendar.DayOf(unit.Clock.GetUtcNow())) == false) respondent = reporter;
        if (audience.HasFlag(Audience.Unit)) Add(respondent, c.Unit);
        // A restricted unit's case is its own, until the coordinators must decide.
        if (audience.HasFlag(Audience.RespondentsCoordinator)
            && (kind is NoticeKinds.Escalation or NoticeKinds.Dispute || respondent?.Unit(c.Unit) is not { Restricted: true })) Add(respondent, null);
        if (audience.HasFlag(Audience.ReportersCoordinator)) Add(reporter, null);
        if (!audience.HasFlag(Audience.Reporter)) return found;
        Add(reporter, c.Facts.ReporterUnit);
        var submitters = await unit.Sql.QueryAsync("select organization, print from submitters where deviation_id = @p1",
            r => (r.GetString(0), "", r.GetString(1)), c.DeviationId);
        found.AddRange(submitters);
        return found;

        void Add(Party? party, string? code)
        {
            if (party is null) return;
            var to = (party.OrganizationNumber, (party.Unit(code) ?? party.FallbackUnit).Code, "");
            if (!found.Contains(to)) found.Add(to);
        }
    }
}

/// <summary>Remembers who is to hear of the answer.</summary>
internal sealed class SubmitterRecordedHandler : IHandle<SubmitterRecorded, NoticesDbContext>
{
    public Task HandleAsync(SubmitterRecorded message, UnitOfWork<NoticesDbContext> unit) => unit.InsertIfNewAsync(new Submitter
    {
        DeviationId = message.DeviationId,
        Organization = message.Organization,
        Print = message.Print,
        RecordedAt = message.OccurredAt,
    });
}
