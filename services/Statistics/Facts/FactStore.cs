using Avvik.Contracts.Routing;
using Avvik.Messaging.Inbox;
using Avvik.Storage;
using Avvik.Statistics.Persistence;

namespace Avvik.Statistics.Facts;

/// <summary>
/// Keeps of each deviation the event with the highest version. Each event carries all that is counted, so the table is the same whatever the
/// order and repetition of what arrives, and nothing needs to be read before it is written.
/// </summary>
internal sealed class FactStore : IHandle<CaseChanged, StatisticsDbContext>, IHandle<CaseSnapshotPublished, StatisticsDbContext>
{
    private static readonly string[] Columns =
    [
        "deviation_id", "version", "community", "region", "municipality", "unit", "direction", "respondent", "agreement", "kind", "category", "clause", "patient_groups",
        "causes", "actual_harm", "state", "received_on", "quarter", "received_at", "due_at", "answered_at", "answer_tenths_of_days", "in_time", "hops", "hop_pairs", "is_open",
        "disputes", "escalations", "reopenings", "measures", "measures_done", "measures_checked", "lessons", "stamp",
    ];

    private static readonly string Keep =
        $"""
        insert into facts ({string.Join(", ", Columns)}) values ({string.Join(", ", Columns.Select((_, i) => $"@p{i + 1}"))})
        on conflict (deviation_id) do update set {string.Join(", ", Columns[1..].Select(c => $"{c} = excluded.{c}"))}
        where facts.version < excluded.version
        """;

    public Task HandleAsync(CaseChanged message, UnitOfWork<StatisticsDbContext> unit) => KeepAsync(Fact.Of(message), unit);

    public Task HandleAsync(CaseSnapshotPublished message, UnitOfWork<StatisticsDbContext> unit) => KeepAsync(Fact.Of(message.Case), unit);

    private static Task KeepAsync(Fact f, UnitOfWork<StatisticsDbContext> unit)
    {
        return unit.Sql.ExecuteAsync(Keep,
            f.DeviationId, f.Version, f.Community, f.Region, f.Municipality, f.Unit, f.Direction, f.Respondent, f.Agreement, f.Kind, f.Category, f.Clause, f.PatientGroups,
            f.Causes, f.ActualHarm, f.State, f.ReceivedOn, f.Quarter, f.ReceivedAt.ToUnixTimeMilliseconds(), f.DueAt?.ToUnixTimeMilliseconds(),
            f.AnsweredAt?.ToUnixTimeMilliseconds(), f.AnswerTenthsOfDays, f.InTime, f.Hops, f.HopPairs, f.IsOpen,
            f.Disputes, f.Escalations, f.Reopenings, f.Measures, f.MeasuresDone, f.MeasuresChecked, f.Lessons, f.Stamp);
    }
}
