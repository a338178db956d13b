using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.Statistics.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Statistics.Signals;

internal static class SignalEndpoints
{
    private const int LongestNote = 1000;
    private static readonly System.Text.Json.JsonSerializerOptions Json = StrictJson.OptionsFor(SignalJson.Default);
    private static readonly string[] States = ["new", "lookedAt", "explained"];

    public static RouteGroupBuilder MapSignals(this RouteGroupBuilder signals)
    {
        signals.MapGet("", ListAsync).WithName("ListSignals").WithSummary("Series of category, unit and municipality that left their control limits, newest first")
            .WithDescription("Small numbers stand in them: they are for the parties, and not for those who are only ssu.").Produces<Page<SignalItem>>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(422);
        signals.MapPost("/{id:guid}", ChangeAsync).RequireAuthorization(Policies.Coordinator).WithName("ChangeSignal").WithSummary("Say that a signal was looked at, or what explains it")
            .Accepts<ChangeSignal>("application/json").Produces<SignalItem>().ProducesProblem(403).ProducesProblem(404).ProducesProblem(422);
        return signals;
    }

    private static async Task<IResult> ListAsync(string? community, string? state, int? limit, string? cursor, Caller caller, StatisticsDbContext db, CancellationToken ct)
    {
        if (HealthCommunities.Party(caller.Organization)?.Community.Code is not { } own || (community is not null && community != own)) return Problem.NotFound();
        var errors = new FieldErrors();
        if (state is not null && !States.Contains(state)) errors.Add("/state", "unknownCode");
        var (after, take) = (Cursor.Read(cursor, errors), Cursor.Limit(limit, errors));
        if (errors.Any) return Problem.Invalid(errors);
        var signals = db.Signals.Where(s => s.Community == own && (state == null || s.State == state));
        if (after is var (dayNumber, id) && DateOnly.FromDayNumber((int)Math.Clamp(dayNumber, 0, DateOnly.MaxValue.DayNumber)) is var day)
            signals = signals.Where(s => s.RaisedOn < day || (s.RaisedOn == day && s.Id.CompareTo(id) < 0));
        var found = await signals.OrderByDescending(s => s.RaisedOn).ThenByDescending(s => s.Id).Take(take + 1).ToListAsync(ct);
        return Results.Json(new Page<SignalItem>([.. found.Take(take).Select(Item)], found.Count > take ? Cursor.Of(found[take - 1].RaisedOn.DayNumber, found[take - 1].Id) : null), SignalJson.Default.PageSignalItem);
    }

    private static async Task<IResult> ChangeAsync(Guid id, HttpRequest request, Caller caller, Writer<StatisticsDbContext> writer, TimeProvider clock, CancellationToken ct)
    {
        if (HealthCommunities.Party(caller.Organization)?.Community.Code is not { } own) return Problem.NotFound();
        var (change, problem) = await StrictJson.ReadAsync<ChangeSignal>(request, Json, (body, errors) =>
        {
            if (body.State is null) errors.Add("/state", "required");
            else if (!States.Contains(body.State)) errors.Add("/state", "unknownCode");
            if (body.Note is { } note) FreeText.Check(note, "/note", LongestNote, errors);
            else if (body.State == "explained") errors.Add("/note", "required");
        });
        if (change is null) return problem!;
        return await writer.WriteAsync(async unit =>
        {
            if (await unit.Db.Signals.FirstOrDefaultAsync(s => s.Id == id && s.Community == own, ct) is not { } signal) return null;
            (signal.State, signal.Note, signal.ChangedAt) = (change.State!, change.Note, clock.GetUtcNow());
            unit.Db.Update(signal);
            return signal;
        }, ct) is { } changed ? Results.Json(Item(changed), SignalJson.Default.SignalItem) : Problem.NotFound();
    }

    private static SignalItem Item(Signal s) => new(s.Id, s.Category, s.Unit, s.Municipality, s.Rule, s.RaisedOn, [.. s.Data.Split(',').Select(d => int.Parse(d, System.Globalization.CultureInfo.InvariantCulture))], s.State, s.Note, s.ChangedAt);
}
