using System.Buffers.Binary;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Avvik.Load;

/// <summary>
/// What this machine can do at best with the same rows and messages: four processes, each a prepared statement, a shared commit and
/// a page of events. No tokens, no rules, no JSON. What the system reaches is read as a share of this.
/// </summary>
internal sealed class Floor : IAsyncDisposable
{
    public const int Stages = 4;
    private readonly string _broker, _queues;
    private readonly List<(Process Process, int Number)> _stages = [];

    private Floor(string broker, string queues) => (_broker, _queues) = (broker, queues);

    public int Port { get; private init; }

    public IEnumerable<Watched> Processes => _stages.Select(stage => new Watched(FloorStage.Names[stage.Number - 1], stage.Process.Id, Tree: false));

    public static async Task<Floor> StartAsync(string folder, string broker, int port)
    {
        var floor = new Floor(broker, $"avvik-floor-{Environment.ProcessId}") { Port = port };
        try
        {
            await floor.QueuesAsync((channel, queue) => channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }));
            foreach (var number in Enumerable.Range(1, Stages)) await floor.StartStageAsync(number, folder);
            return floor;
        }
        catch
        {
            await floor.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (process, _) in _stages)
        {
            process.StandardInput.Close();      // a stage ends when its input does, so none outlives this process either
            await process.WaitForExitAsync();
            process.Dispose();
        }
        await QueuesAsync((channel, queue) => channel.QueueDeleteAsync(queue));
    }

    private async Task StartStageAsync(int number, string folder)
    {
        string[] arguments = [typeof(Floor).Assembly.Location, "floor-stage", $"{number}", folder, _broker, _queues, $"{Port}"];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var stage = Process.Start(start)!;
        _stages.Add((stage, number));
        if (await stage.StandardOutput.ReadLineAsync() is null) throw new BenchException($"Stage {number} of the floor did not start.");
    }

    private async Task QueuesAsync(Func<IChannel, string, Task> act)
    {
        await using var connection = await new ConnectionFactory { Uri = new(_broker) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        foreach (var number in Enumerable.Range(2, Stages - 1)) await act(channel, $"{_queues}-{number}");
    }
}

/// <summary>One process of the floor: takes events (1: over HTTP, 2–4: in pages), commits them in groups, passes them on in pages.</summary>
internal sealed class FloorStage
{
    public static readonly string[] Names = ["reporting", "triage", "routing", "statistics"];

    private const int PageSize = 64;
    private const int MostInCommit = 512;
    private const int PagesInFlight = 8;
    // A deviation with its text protected and its JSON around it: what the system stores and sends.
    private const int BodySize = 1536;
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(2);

    private const string MessagingTables = """
        create table inbox (message_id text primary key);
        create table outbox (id integer primary key, lane integer not null, deviation_id text not null, version integer not null,
          message_id text not null, type text not null, body blob not null, trace_parent text null,
          enqueued_at integer not null, due_at integer not null, attempts integer not null, parked_at integer null);
        create index outbox_pending on outbox (lane, id) where parked_at is null;
        create index outbox_refused on outbox (deviation_id, id) where attempts > 0;
        """;

    private static readonly string[] Tables =
    [
        """
        create table deviations (id text primary key, client text not null, client_reference text not null, status text not null,
          received_at integer not null, body blob not null);
        create unique index deviations_reference on deviations (client, client_reference);
        """,
        "create table assessments (id text primary key, status text not null, received_at integer not null, body blob not null)",
        """
        create table cases (id text primary key, unit text not null, state text not null, due_at integer not null, body blob not null);
        create index cases_worklist on cases (unit, state, due_at, id);
        """,
        """
        create table facts (deviation_id text primary key, version integer not null, community text not null, category text not null,
          state text not null, at integer not null);
        create index facts_cube on facts (community, at, category);
        """,
    ];

    private static readonly string[] Inserts =
    [
        "insert into deviations values ($id, '970540008', $id, 'submitted', $at, $body)",
        "insert into assessments values ($id, 'triaged', $at, $body)",
        "insert into cases values ($id, 'si-elverum-hamar', 'routed', $at, $body)",
        """
        insert into facts values ($id, 1, 'innlandet', 'dischargeSummary', 'routed', $at)
        on conflict (deviation_id) do update set version = excluded.version, state = excluded.state where facts.version < excluded.version
        """,
    ];

    private readonly Channel<Work> _incoming = Channel.CreateUnbounded<Work>();
    private readonly Channel<Outgoing> _outgoing = Channel.CreateUnbounded<Outgoing>();
    private readonly Queue<(long First, long Last)> _confirmed = [];
    private readonly int _number;
    private readonly string _queues;
    private readonly SqliteCommand _begin, _commit, _admit, _insert, _enqueue, _dequeue;
    private long _lastOutgoing;

    private FloorStage(int number, string folder, string queues)
    {
        (_number, _queues) = (number, queues);
        var database = new SqliteConnection($"Data Source={Path.Combine(folder, Names[number - 1] + ".db")};Pooling=False");
        database.Open();
        Command("pragma journal_mode = wal").ExecuteNonQuery();
        Command("pragma synchronous = full").ExecuteNonQuery();
        Command(MessagingTables).ExecuteNonQuery();
        Command(Tables[number - 1]).ExecuteNonQuery();
        _begin = Command("begin immediate");
        _commit = Command("commit");
        _admit = Command("insert into inbox values ($id) on conflict do nothing", "$id");
        _insert = Command(Inserts[number - 1], "$id", "$at", "$body");
        _enqueue = Command("insert into outbox values ($number, $number % 8, $id, 1, $id, 'event', $body, null, $at, $at, 0, null)",
            "$number", "$id", "$at", "$body");
        _dequeue = Command("delete from outbox where id between $first and $last", "$first", "$last");

        SqliteCommand Command(string sql, params string[] parameters)
        {
            var command = database.CreateCommand();
            command.CommandText = sql;
            foreach (var name in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = name });
            return command;
        }
    }

    public static async Task RunAsync(int number, string folder, string broker, string queues, int port)
    {
        var stage = new FloorStage(number, folder, queues);
        var factory = new ConnectionFactory { Uri = new(broker) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var output = await connection.CreateChannelAsync(new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await using var input = await connection.CreateChannelAsync();
        var working = new List<Task> { Task.Run(() => stage.CommitAsync(input)), Task.Run(() => stage.PublishAsync(output)) };
        await using var web = number == 1 ? await stage.ListenAsync(port) : null;
        if (number > 1) await stage.ConsumeAsync(input);
        await Console.Out.WriteLineAsync("ready");
        working.Add(Console.In.ReadToEndAsync());
        await await Task.WhenAny(working);
    }

    private async Task<WebApplication> ListenAsync(int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        var web = builder.Build();
        web.Run(async context =>
        {
            var body = new byte[BodySize];
            await context.Request.Body.ReadExactlyAsync(body.AsMemory(0, (int)context.Request.ContentLength!.Value));
            var (id, committed) = (Guid.CreateVersion7(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _incoming.Writer.TryWrite(new([new(id, body)], 0, committed));
            await committed.Task;
            context.Response.StatusCode = StatusCodes.Status201Created;
            context.Response.ContentLength = 45;
            await context.Response.WriteAsync($$"""{"id":"{{id}}"}""");
        });
        await web.StartAsync();
        return web;
    }

    private async Task ConsumeAsync(IChannel channel)
    {
        await channel.BasicQosAsync(0, PagesInFlight, global: false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, message) =>
        {
            _incoming.Writer.TryWrite(new(ReadPage(message.Body.Span), message.DeliveryTag, null));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync($"{_queues}-{_number}", autoAck: false, consumer);
    }

    /// <summary>The one writer: what waits shares a commit, then is answered or acknowledged, and passed on.</summary>
    private async Task CommitAsync(IChannel input)
    {
        while (await _incoming.Reader.WaitToReadAsync())
        {
            if (_incoming.Reader.Count < PageSize) await Task.Delay(Linger);
            var batch = new List<Work>();
            for (var events = 0; events < MostInCommit && _incoming.Reader.TryRead(out var work); events += work.Events.Length) batch.Add(work);
            foreach (var passed in Commit(batch)) _outgoing.Writer.TryWrite(passed);
            foreach (var work in batch) work.Committed?.SetResult();
            if (batch[^1].DeliveryTag is > 0 and var last) await input.BasicAckAsync(last, multiple: true);
        }
    }

    private List<Outgoing> Commit(List<Work> batch)
    {
        var outgoing = new List<Outgoing>();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        _begin.ExecuteNonQuery();
        lock (_confirmed)
            while (_confirmed.TryDequeue(out var page)) Run(_dequeue, page.First, page.Last);
        foreach (var happened in batch.SelectMany(work => work.Events))
        {
            if (_number > 1 && Run(_admit, happened.Id) == 0) continue;
            Run(_insert, happened.Id, now, happened.Body);
            if (_number == Floor.Stages) continue;
            Run(_enqueue, ++_lastOutgoing, happened.Id, now, happened.Body);
            outgoing.Add(new(_lastOutgoing, happened));
        }
        _commit.ExecuteNonQuery();
        return outgoing;
    }

    private async Task PublishAsync(IChannel output)
    {
        using var window = new SemaphoreSlim(PagesInFlight);
        while (await _outgoing.Reader.WaitToReadAsync())
        {
            await window.WaitAsync();
            var page = new List<Outgoing>(PageSize);
            while (page.Count < PageSize && _outgoing.Reader.TryRead(out var next)) page.Add(next);
            _ = PublishPageAsync(output, page, window);
        }
    }

    private async Task PublishPageAsync(IChannel output, List<Outgoing> page, SemaphoreSlim window)
    {
        try
        {
            await output.BasicPublishAsync("", $"{_queues}-{_number + 1}", mandatory: true, new BasicProperties { Persistent = true }, WritePage(page));
        }
        catch (Exception e)
        {
            Environment.FailFast("The broker did not confirm a page", e);       // a floor that lost something measures nothing
        }
        lock (_confirmed) _confirmed.Enqueue((page[0].Number, page[^1].Number));       // rows go with the next commit
        window.Release();
    }

    private static byte[] WritePage(List<Outgoing> events)
    {
        var page = new byte[events.Sum(e => 20 + e.Event.Body.Length)];
        var rest = page.AsSpan();
        foreach (var (_, (id, body)) in events)
        {
            id.TryWriteBytes(rest);
            BinaryPrimitives.WriteInt32LittleEndian(rest[16..], body.Length);
            body.CopyTo(rest[20..]);
            rest = rest[(20 + body.Length)..];
        }
        return page;
    }

    private static Event[] ReadPage(ReadOnlySpan<byte> page)
    {
        var events = new List<Event>(PageSize);
        while (page.Length > 0)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(page[16..]);
            events.Add(new(new(page[..16]), page.Slice(20, length).ToArray()));
            page = page[(20 + length)..];
        }
        return [.. events];
    }

    private static int Run(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteNonQuery();
    }

    private sealed record Event(Guid Id, byte[] Body);

    private sealed record Work(Event[] Events, ulong DeliveryTag, TaskCompletionSource? Committed);

    private sealed record Outgoing(long Number, Event Event);
}
