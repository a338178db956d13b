using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Persistence;

namespace Avvik.Routing.AddPatients;

/// <summary>How many patients a deviation names has risen: a change of its case, also when the case is opened later.</summary>
internal sealed class PatientsAddedHandler(TextProtector texts) : IHandle<PatientsAdded, RoutingDbContext>
{
    public async Task HandleAsync(PatientsAdded message, UnitOfWork<RoutingDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        foreach (var other in message.SamePatient ?? [])
            await unit.Sql.ExecuteAsync("insert into suggested_links (case_id, other_id) values (@p1, @p2), (@p2, @p1) on conflict do nothing",
                message.DeviationId, other);
        if (await unit.FindCaseAsync(message.DeviationId) is not { } @case)
            await unit.Sql.ExecuteAsync(
                """
                insert into early_patients (case_id, named) values (@p1, @p2)
                on conflict (case_id) do update set named = excluded.named where excluded.named > early_patients.named
                """, message.DeviationId, message.Version);
        else if (@case.AddPatients(message.Version, message.Organization, message.OccurredAt) is { } recorded) await unit.RecordAsync(@case, recorded, texts);
    }
}
