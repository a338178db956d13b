using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Storage;
using Avvik.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Avvik.Cases.Tests;

/// <summary>
/// Triage and Routing change one case at the same time, and their events are reordered and repeated: the case is never stuck, and everyone who follows it
/// sees the same.
/// </summary>
public sealed class Version_line_tests
{
    private static readonly Gen<Move[]> Moves = (
        from action in Gen.Frequency(
            (12, Gen.Constant("deliver")),
            (3, Gen.Constant("repeat")),
            (8, Gen.Elements("measure", "time", "closeUnit", "write")),
            (8, Gen.Elements("route", "route", "ask", "reject")),
            (6, Gen.Elements("acknowledge", "start", "answer", "close", "reopen")),
            (1, Gen.Constant("withdraw")))
        from choice in Gen.Choose(0, 1000)
        select new Move(action, choice)).ArrayOf();

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    public sealed record Move(string Action, int Choice)
    {
        public override string ToString() => $"{Action} {Choice}";
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Case_leaves_triage_after_a_decision_whatever_happens_meanwhile(DatabaseProvider provider)
    {
        await using var both = await TriageAndRouting.StartAsync(provider);
        await Task.Run(() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(25).WithEndSize(40),
            Prop.ForAll(Arb.From(Moves), (Action<Move[]>)(moves => new Life(both).RunAsync(moves).GetAwaiter().GetResult()))));
        Assert.Equal(0, await both.ParkedAsync());
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Measure_changed_while_triage_decides_does_not_block_the_routing(DatabaseProvider provider)
    {
        await using var both = await TriageAndRouting.StartAsync(provider);
        var life = new Life(both);
        await life.RunAsync([new("deliver", 0), new("measure", 0), new("route", 0)]);
        Assert.Equal(CaseStates.Routed, (await both.Coordinator.GetCaseAsync(life.Id)).Case.State);
    }

    /// <summary>One case, from a closing that has been taken back: from there on both services have a hand in it.</summary>
    private sealed class Life(TriageAndRouting both)
    {
        private readonly string _unit = $"u-{Guid.CreateVersion7():n}";
        private readonly List<string> _questions = [];
        private int _messages;

        public Guid Id { get; } = Guid.CreateVersion7(both.Clock.GetUtcNow());

        public async Task RunAsync(Move[] moves)
        {
            await ReopenAsync();
            foreach (var move in moves)
            {
                try { await TakeAsync(move); }
                catch (AvvikProblemException refused) when ((int)refused.Status is >= 400 and < 500) { }
                await both.CollectAsync();
            }
            await both.SettleAsync(moves.Length);
            await DecideWhatWaitsAsync();
            await both.SettleAsync(moves.Length + 1);
            await VerifyAsync();
        }

        // Closed with a measure that is not done, reopened, and at that moment a duplicate of it on its way.
        private async Task ReopenAsync()
        {
            await both.ChangeUnitAsync(_unit, new() { Name = _unit, Reason = "Ny." });
            await both.CloseAsync(Id, measureOwner: _unit);
            var duplicate = Guid.CreateVersion7(both.Clock.GetUtcNow());
            await both.SubmitAsync(duplicate);
            await both.TriageCoordinator.DecideAsync(duplicate, new() { Decision = "duplicate", MainCase = Id });
            await both.ActAsync(Id, "reopen", new() { Reason = "Det skjedde igjen." });
        }

        private Task TakeAsync(Move move)
        {
            switch (move.Action)
            {
                case "deliver": return both.InFlight.Count == 0 ? Task.CompletedTask : both.DeliverAsync(both.InFlight[move.Choice % both.InFlight.Count]);
                case "repeat": return RepeatAsync(move.Choice);
                case "measure": return ChangeMeasureAsync();
                case "time": return both.PassAsync(TimeSpan.FromDays(move.Choice % 20));
                case "closeUnit": return both.CloseUnitAsync(_unit);
                case "write":
                    both.Publish(new ReporterAnswered
                    {
                        DeviationId = Id,
                        Version = ++_messages,
                        OccurredAt = both.Clock.GetUtcNow(),
                        Organization = TriageAndRouting.Hamar,
                        Text = both.Protect("Mer."),
                    });
                    return Task.CompletedTask;
                case "withdraw":
                    both.Withdraw(Id);
                    return Task.CompletedTask;
                case "route" or "ask" or "reject": return DecideAsync(move);
                default:
                    return both.ActAsync(
                        Id, move.Action, new() { Text = "Svar", ContributingFactors = ["capacity"], NoMeasuresReason = "Engangstilfelle", Reason = "Igjen." });
            }
        }

        // Under its own id, as the broker repeats, and under another, as nothing should.
        private Task RepeatAsync(int choice)
        {
            var delivered = both.Delivered.Where(d => d.Message.AggregateId == Id && d.Message is not ReporterAnswered).ToList();
            if (delivered.Count == 0) return Task.CompletedTask;
            var again = delivered[choice % delivered.Count];
            return both.DeliverAsync(again with { Event = again.Event with { Id = choice % 2 == 0 ? again.Event.Id : Guid.CreateVersion7() } });
        }

        private async Task ChangeMeasureAsync()
        {
            var now = await both.Coordinator.GetCaseAsync(Id);
            var measure = now.Answer!.Measures[0];
            await both.Coordinator.ChangeMeasureAsync(Id, now.Case.Version, measure.Id!.Value,
                new() { State = measure.State == "planned" ? "inProgress" : "done", Note = "Gjort." });
        }

        private async Task DecideAsync(Move move)
        {
            var question = $"Spørsmål {move.Choice}?";
            await both.TriageCoordinator.DecideAsync(Id, move.Action switch
            {
                "reject" => new() { Decision = "reject", ReasonCode = "internal", Comment = "Egen rutine." },
                "route" => new() { Decision = "route" },
                _ => new() { Decision = "ask", Question = question },
            });
            if (move.Action == "ask") _questions.Add(question);
        }

        private async Task DecideWhatWaitsAsync()
        {
            foreach (var attempt in new[] { "write", "route" })
            {
                try { await TakeAsync(new(attempt, 0)); }
                catch (AvvikProblemException refused) when (refused.Status == HttpStatusCode.Conflict) { }
                await both.SettleAsync(0);
            }
        }

        private async Task VerifyAsync()
        {
            var details = await both.Coordinator.GetCaseAsync(Id);
            var changes = both.Changes.Where(c => c.DeviationId == Id).ToList();
            // No coordinator has it any more, so it is not in triage.
            Assert.DoesNotContain((await both.TriageCoordinator.ListTriageAsync()).Items, item => item.Id == Id);
            Assert.NotEqual(CaseStates.Triage, details.Case.State);
            Assert.NotEqual(CaseStates.AwaitingReporter, details.Case.State);
            // A version is one event, none is missing, and the highest is how the case stands: whoever keeps the highest agrees with everyone else.
            Assert.All(changes.GroupBy(c => c.Version), same => Assert.Single(same.Select(c => JsonSerializer.Serialize(c)).Distinct()));
            Assert.Equal(Enumerable.Range(details.Timeline[0].Version, details.Case.Version - details.Timeline[0].Version + 1),
                changes.Select(c => c.Version).Where(v => v >= details.Timeline[0].Version).Distinct().Order());
            var last = changes.MaxBy(c => c.Version)!;
            Assert.Equal((details.Case.Version, details.Case.State, details.Case.Unit), (last.Version, last.State, last.Unit));
            // Words that were written to the reporter reach them, with the change that they belong to.
            var words = both.Words.Where(w => w.DeviationId == Id).ToList();
            Assert.Empty(words.Select(w => w.Version).Except(changes.Select(c => c.Version)));
            Assert.Empty(_questions.Except(words.Select(w => both.Reveal(w.Text))));
            Assert.Single(details.Duplicates);
        }
    }
}
