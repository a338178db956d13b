using System.Globalization;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Statistics.Persistence;
using Avvik.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Signals;

internal static class SignalEndpoints
{
    private const int LongestNote = 1000, MostCases = 200;
    private static readonly string[] States = ["new", "lookedAt", "explained"];

    public static RouteGroupBuilder MapSignals(this RouteGroupBuilder signals)
    {
        signals.MapGet("", ListAsync).WithName("ListSignals")
            .WithSummary("Series of category, unit and municipality that had far more deviations than usual, newest first")
            .WithDescription("""
                Series of the own units, and of the own municipality at others' units, with their counts; and those of a category in the whole community,
                without counts. Not for those who are only ssu.
                """)
            .ProducesProblem(403).ProducesProblem(404).ProducesProblem(422);
        signals.MapGet("/{id:guid}/cases", CasesAsync).WithName("ListSignalCases").WithSummary("The own cases behind a signal, newest first, at most 200")
            .ProducesProblem(403).ProducesProblem(404);
        signals.MapPost("/{id:guid}", ChangeAsync).RequireAuthorization(Policies.Coordinator).WithName("ChangeSignal")
            .WithSummary("Say that a signal was looked at, or what explains it")
            .Accepts<ChangeSignal>("application/json").ProducesProblem(403).ProducesProblem(404).ProducesProblem(422);
        return signals;
    }

    private static async Task<Results<Ok<Page<SignalItem>>, Problem>> ListAsync(string? community, string? state, int? limit, string? cursor, Caller caller,
        StatisticsDbContext db, CurrentDirectory directory, CancellationToken ct)
    {
        if (directory.Now.Party(caller.Organization)?.Community.Code is not { } own || (community is not null && community != own)) return Problem.NotFound();
        var errors = new FieldErrors();
        if (state is not null && !States.Contains(state)) errors.Add("/state", FieldCodes.UnknownCode);
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);
        var visible = new VisibleSeries(caller, directory.Now);
        var signals = db.Signals.Where(s => s.Community == own && (state == null || s.State == state)).Where(visible.Signals);
        if (after is var (dayNumber, id) && DateOnly.FromDayNumber((int)Math.Clamp(dayNumber, 0, DateOnly.MaxValue.DayNumber)) is var day)
            signals = signals.Where(s => s.RaisedOn < day || (s.RaisedOn == day && s.Id.CompareTo(id) < 0));
        var found = await signals.OrderByDescending(s => s.RaisedOn).ThenByDescending(s => s.Id).Take(take + 1).ToListAsync(ct);
        var next = found.Count > take ? Cursor.Of(found[take - 1].RaisedOn.DayNumber, found[take - 1].Id) : null;
        return TypedResults.Ok(new Page<SignalItem>([.. found.Take(take).Select(s => Item(s))], next));
    }

    private static async Task<Results<Ok<SignalCases>, Problem>> CasesAsync(Guid id, Caller caller, StatisticsDbContext db, CurrentDirectory directory,
        CancellationToken ct)
    {
        if (directory.Now.Party(caller.Organization)?.Community.Code is not { } own) return Problem.NotFound();
        var visible = new VisibleSeries(caller, directory.Now);
        if (await db.Signals.Where(visible.Signals).FirstOrDefaultAsync(s => s.Id == id && s.Community == own, ct) is not { } signal) return Problem.NotFound();
        var (from, to) = (signal.RaisedOn.AddDays(1 - (signal.Days ?? SeriesModel.Judged)), signal.RaisedOn);
        var cases = await db.Facts.Where(visible.Facts).Where(SignalWatch.Deviations)
            .Where(f => f.Community == own && f.ReceivedOn >= from && f.ReceivedOn <= to
                && f.Category == signal.Category && (signal.Unit == "" || f.Unit == signal.Unit)
                && (signal.Municipality == "" || f.Municipality == signal.Municipality))
            .OrderByDescending(f => f.ReceivedOn).ThenByDescending(f => f.DeviationId).Take(MostCases)
            .Select(f => new SignalCase(f.DeviationId, f.ReceivedOn)).ToListAsync(ct);
        return TypedResults.Ok(new SignalCases(cases));
    }

    private static async Task<Results<Ok<SignalItem>, Problem>> ChangeAsync(Guid id, HttpRequest request, Caller caller, Writer<StatisticsDbContext> writer,
        CurrentDirectory directory, TimeProvider clock, CancellationToken ct)
    {
        if (directory.Now.Party(caller.Organization)?.Community.Code is not { } own) return Problem.NotFound();
        var (change, problem) = await StrictJson.ReadAsync<ChangeSignal>(request, SignalJson.Default, (body, errors) =>
        {
            if (body.State is null) errors.Add("/state", FieldCodes.Required);
            else if (!States.Contains(body.State)) errors.Add("/state", FieldCodes.UnknownCode);
            if (body.Note is { } note) FreeText.Check(note, "/note", LongestNote, errors);
            else if (body.State == "explained") errors.Add("/note", FieldCodes.Required);
        });
        if (change is null) return problem!;
        var visible = new VisibleSeries(caller, directory.Now);
        return await writer.WriteAsync(async unit =>
        {
            if (await unit.Db.Signals.Where(visible.Signals).FirstOrDefaultAsync(s => s.Id == id && s.Community == own, ct) is not { } signal) return null;
            (signal.State, signal.Note, signal.ChangedAt) = (change.State!, change.Note, clock.GetUtcNow());
            unit.Db.Update(signal);
            return signal;
        }, ct) is { } changed ? TypedResults.Ok(Item(changed)) : Problem.NotFound();
    }

    private static SignalItem Item(Signal s)
    {
        var isWhole = VisibleSeries.IsWhole(s);
        int[] data = isWhole ? [.. s.Data.Split(',').Select(d => int.Parse(d, CultureInfo.InvariantCulture))] : [];
        return new(s.Id, s.Category, Named(s.Unit), Named(s.Municipality), s.Rule, s.RaisedOn, s.LastOn, s.Days, isWhole ? s.Observed : null,
            isWhole ? s.Expected : null, data, s.State, s.Note, s.ChangedAt);

        static string? Named(string value) => value.Length == 0 ? null : value;
    }
}
