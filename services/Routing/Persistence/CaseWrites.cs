using Avvik.Contracts.Routing;
using Avvik.Messaging.Outbox;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Routing.Cases;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Persistence;

/// <summary>How a change of a case is written, wherever it comes from.</summary>
internal static class CaseWrites
{
    public static Task<Case?> FindCaseAsync(this UnitOfWork<RoutingDbContext> unit, Guid id) => unit.Db.Cases.Include(c => c.Measures)
        .FirstOrDefaultAsync(c => c.Id == id);

    /// <summary>Writes the line of history, the event, and the text to the reporter; the case itself is saved with the unit of work.</summary>
    public static async Task RecordAsync(this UnitOfWork<RoutingDbContext> unit, Case @case, CaseEventRecord recorded, TextProtector texts)
    {
        // What was struck stays struck, also when it is written again.
        if (await unit.PassagesAsync(@case.Id) is { Count: > 0 } passages)
        {
            @case.Strike(text => texts.Strike(text, passages));
            recorded.Text = texts.StrikeOptional(recorded.Text, passages);
        }
        unit.Db.Add(recorded);
        await unit.PublishAsync(@case, recorded, texts);
    }

    /// <summary>Writes the text to the reporter and the event, for a line of history that is written already.</summary>
    public static async Task PublishAsync(this UnitOfWork<RoutingDbContext> unit, Case @case, CaseEventRecord recorded, TextProtector texts)
    {
        // Before the change, so that whoever reads the case because of it finds them. The reporter knows what the reporter wrote.
        if (recorded is { Text: { } text, Action: not (Case.ReporterMessage or Case.ReopeningAsked) })
            await unit.EnqueueAsync(new ReporterInformed
            {
                DeviationId = @case.Id,
                Version = recorded.Version,
                OccurredAt = recorded.At,
                Text = texts.Protect(text),
            });
        await unit.EnqueueAsync(@case.Changed(recorded));
    }
}
