using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Triage.Persistence;

namespace Avvik.Triage.AddPatients;

/// <summary>How many patients a deviation names has risen: kept for the case that is to be opened, also when the deviation has not arrived yet.</summary>
internal sealed class PatientsAddedHandler(TextProtector texts, TimeProvider clock) : IHandle<PatientsAdded, TriageDbContext>
{
    public async Task HandleAsync(PatientsAdded message, UnitOfWork<TriageDbContext> unit)
    {
        await unit.SerializeAsync(message.DeviationId);
        if (await unit.Db.Assessments.FindAsync(message.DeviationId) is not { } assessment)
        {
            await unit.Sql.ExecuteAsync(
                """
                insert into early_patients (deviation_id, named) values (@p1, @p2)
                on conflict (deviation_id) do update set named = excluded.named where excluded.named > early_patients.named
                """, message.DeviationId, message.Version);
            return;
        }
        var named = assessment.Facts.PatientsGiven;
        if (assessment.AddPatients(message, clock.GetUtcNow()) is { } changed)
            await unit.RecordAsync(assessment, changed, Texts.Message("changed.patientsGiven", named, message.Version), texts);
    }
}
