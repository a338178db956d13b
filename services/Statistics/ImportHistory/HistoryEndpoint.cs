using System.Security.Cryptography;
using System.Text;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Hosting;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Statistics.Facts;
using Avvik.Statistics.Persistence;
using Avvik.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.ImportHistory;

/// <summary>
/// Takes the deviations of an earlier system into the figures, on their own days and in their own quarters, marked as imported. All of a call or none.
/// </summary>
internal static class HistoryEndpoint
{
    private const int MostReports = 500, LongestId = 100;
    private static readonly DateOnly Earliest = new(2000, 1, 1);

    public static RouteGroupBuilder MapHistory(this RouteGroupBuilder statistics)
    {
        statistics.MapPost("/history", ImportAsync).RequireAuthorization(Policies.Secretariat).WithName("ImportHistory")
            .WithSummary("Take deviations of an earlier system into the figures; ?dryRun=true only checks them")
            .WithDescription("""
                Of the caller's own party: it reported them or answered them. They are counted on the day they were received, in the state they have, and
                marked as imported; they become no cases. The same id again replaces what was imported under it. A quarter that is frozen changes with its next
                version only.
                """)
            .Accepts<HistoryImport>("application/json").ProducesProblem(400).ProducesProblem(403).ProducesProblem(422);
        return statistics;
    }

    private static async Task<Results<Ok<ImportedHistory>, Problem>> ImportAsync(HttpRequest request, Caller caller, bool? dryRun,
        CurrentDirectory directory, FactStore store, IDbContextFactory<StatisticsDbContext> databases, Writer<StatisticsDbContext> writer, TimeProvider clock,
        CancellationToken ct)
    {
        if (directory.Now.Party(caller.Organization) is not { } own) return Problem.Forbidden();
        var today = NorwegianCalendar.DayOf(clock.GetUtcNow());
        var (import, problem) = await StrictJson.ReadAsync<HistoryImport>(request, HistoryJson.Default, (read, errors) =>
        {
            var reports = read.Reports ?? [];
            if (reports.Count == 0) errors.Add("/reports", FieldCodes.Required);
            if (reports.Count > MostReports) errors.Add("/reports", FieldCodes.TooMany, MostReports);
            var ids = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (i, report) in reports.Index())
            {
                if (report.Id is { } id && !ids.Add(id)) errors.Add($"/reports/{i}/id", FieldCodes.Repeated);
                Check(report, $"/reports/{i}", own, directory.Now, today, errors);
            }
        });
        if (import is null) return problem!;

        var facts = import.Reports!.Select(r => FactOf(r, own, directory.Now)).ToList();
        var ids = facts.ConvertAll(f => f.DeviationId);
        await using var db = await databases.CreateDbContextAsync(ct);
        var known = await db.Facts.Where(f => ids.Contains(f.DeviationId)).ToDictionaryAsync(f => f.DeviationId, f => f.ContentHash, ct);
        var written = facts.Where(f => !known.TryGetValue(f.DeviationId, out var hash) || hash != f.ContentHash).ToList();
        if (dryRun != true)
            await writer.WriteAsync(async unit =>
            {
                foreach (var fact in written) await store.ReplaceAsync(fact, unit);
                return true;
            }, ct);
        return TypedResults.Ok(new ImportedHistory(dryRun == true, facts.Count - known.Count, written.Count - (facts.Count - known.Count),
            facts.Count - written.Count, [.. facts.Select(f => f.Quarter).Distinct().Order(StringComparer.Ordinal)]));
    }

    private static void Check(HistoricReport report, string at, Party own, CareDirectory directory, DateOnly today, FieldErrors errors)
    {
        if (string.IsNullOrWhiteSpace(report.Id)) errors.Add($"{at}/id", FieldCodes.Required);
        else if (report.Id.Length > LongestId) errors.Add($"{at}/id", FieldCodes.TooLong, LongestId);
        if (report.ReceivedOn is not { } received) errors.Add($"{at}/receivedOn", FieldCodes.Required);
        else if (received > today) errors.Add($"{at}/receivedOn", FieldCodes.InFuture);
        else if (received < Earliest) errors.Add($"{at}/receivedOn", FieldCodes.TooOld);
        else
        {
            if (report.DueOn < received) errors.Add($"{at}/dueOn", FieldCodes.InvalidValue);
            if (report.OccurredOn > received) errors.Add($"{at}/occurredOn", FieldCodes.InvalidValue);
            if (report.OccurredOn < Earliest) errors.Add($"{at}/occurredOn", FieldCodes.TooOld);
            if (report.AnsweredOn < received) errors.Add($"{at}/answeredOn", FieldCodes.InvalidValue);
        }
        if (report.AnsweredOn > today) errors.Add($"{at}/answeredOn", FieldCodes.InFuture);
        if (report is { State: CaseStates.Answered, AnsweredOn: null }) errors.Add($"{at}/answeredOn", FieldCodes.Required);
        if (report.Hops is < 0 or > byte.MaxValue) errors.Add($"{at}/hops", FieldCodes.InvalidValue);
        CheckCode(Dimension.Reporter, report.Reporter, "reporter", isRequired: true);
        CheckCode(Dimension.Respondent, report.Respondent, "respondent", isRequired: true);
        CheckCode(Dimension.Unit, report.Unit, "unit");
        CheckCode(Dimension.Kind, report.Kind, "kind", isRequired: true);
        CheckCode(Dimension.Category, report.Category, "category");
        CheckCode(Dimension.State, report.State, "state");
        CheckCode(Dimension.Harm, report.ActualHarm, "actualHarm");
        foreach (var (i, group) in (report.PatientGroups ?? []).Index()) CheckCode(Dimension.PatientGroup, group, $"patientGroups/{i}");
        foreach (var (i, cause) in (report.ContributingFactors ?? []).Index()) CheckCode(Dimension.Cause, cause, $"contributingFactors/{i}");
        // Nobody writes history for others, nor between communities.
        if (!errors.Has($"{at}/reporter") && !errors.Has($"{at}/respondent")
            && (report.Reporter != own.OrganizationNumber && report.Respondent != own.OrganizationNumber
                || directory.Party(report.Reporter!)!.Community.Code != directory.Party(report.Respondent!)!.Community.Code))
            errors.Add($"{at}/reporter", FieldCodes.UnknownOrganization);

        void CheckCode(Dimension dimension, string? code, string member, bool isRequired = false)
        {
            if (code is null && isRequired) errors.Add($"{at}/{member}", FieldCodes.Required);
            else if (code is not null && !dimension.Knows(directory, code)) errors.Add($"{at}/{member}", dimension.Refusal);
        }
    }

    private static Fact FactOf(HistoricReport report, Party own, CareDirectory directory)
    {
        var (reporter, respondent) = (directory.Party(report.Reporter!)!, directory.Party(report.Respondent!)!);
        var day = report.ReceivedOn!.Value;
        var occurred = report.OccurredOn ?? day;
        DateTimeOffset Noon(DateOnly on) => NorwegianCalendar.StartOf(on).AddHours(12);
        return Fact.Of(new CaseChanged
        {
            // The party and its id, so that no other party's import replaces it.
            DeviationId = new(SHA256.HashData(Encoding.UTF8.GetBytes($"history {own.OrganizationNumber} {report.Id}")).AsSpan(0, 16)),
            Version = 1,
            OccurredAt = Noon(day),
            Action = "imported",
            State = report.State ?? CaseStates.Closed,
            Facts = new()
            {
                Reference = "",
                Community = own.Community.Code,
                Direction = Directions.Between(reporter, respondent),
                ReporterOrganization = reporter.OrganizationNumber,
                RespondentOrganization = respondent.OrganizationNumber,
                Agreement = reporter.AgreementWith(respondent, occurred)?.Code,
                Kind = report.Kind!,
                OccurredOn = occurred,
                ReceivedAt = Noon(day),
                Category = report.Category,
                Clause = report.Category is null ? null : Vocabulary.Categories[report.Category].Clause,
                PatientGroups = report.PatientGroups ?? [],
                ActualHarm = report.ActualHarm ?? "unknown",
            },
            Unit = report.Unit,
            DueAt = report.DueOn is { } due ? NorwegianCalendar.StartOf(due.AddDays(1)) : null,
            AnsweredAt = report.AnsweredOn is { } answered ? Noon(answered) : null,
            Hops = report.Hops,
            ContributingFactors = report.ContributingFactors,
        }, isImported: true);
    }
}
