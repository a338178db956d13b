using System.Text;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Configurations;
using Testcontainers.RabbitMq;

namespace Avvik.Testing;

/// <summary>A RabbitMQ server that tests may command.</summary>
internal abstract class BrokerServer(Uri uri) : IDisposable
{
    /// <summary>With the user, the password and the default virtual host.</summary>
    public Uri Uri => uri;

    /// <summary>SIGKILL.</summary>
    public abstract Task KillAsync();

    /// <summary>Starts it again on the same port, with what it has on disk.</summary>
    public abstract Task RestartAsync();

    /// <summary>rabbitmqctl; returns what it prints.</summary>
    public abstract Task<string> ControlAsync(params IEnumerable<string> arguments);

    /// <summary>Adds definitions, in RabbitMQ's JSON format.</summary>
    public abstract Task ImportAsync(string definitions);

    public abstract void Dispose();
}

/// <summary>A node of <c>compose/broker</c>, stopped when it is disposed or this process ends.</summary>
internal sealed class PrivateNode : BrokerServer
{
    private readonly string _folder;
    private readonly Guard _guard;

    private PrivateNode(Uri uri, string folder) : base(uri)
    {
        _folder = folder;
        _guard = new Guard("""
            "$1" stop "$2"; rm -rf "$2"
            """, Path.Combine(RepositoryRoot.Path, "compose/broker"), folder);
    }

    public static async Task<PrivateNode> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("avvik-broker-").FullName;
        var node = new PrivateNode(new Uri(await Script.RunAsync("compose/broker", "start", folder)), folder);
        Containers.Report("RabbitMQ: private node");
        return node;
    }

    public override Task KillAsync() => Script.RunAsync("compose/broker", "kill", _folder);

    public override Task RestartAsync() => Script.RunAsync("compose/broker", "start", _folder);

    public override Task<string> ControlAsync(params IEnumerable<string> arguments) => Script.RunAsync("compose/broker", ["ctl", _folder, .. arguments]);

    public override async Task ImportAsync(string definitions)
    {
        var file = Path.Combine(_folder, "definitions.json");
        await File.WriteAllTextAsync(file, definitions);
        await ControlAsync("import_definitions", file);
    }

    public override void Dispose() => _guard.Dispose();
}

/// <summary>A container, on a port that it keeps when it is restarted.</summary>
internal sealed class ContainerNode : BrokerServer
{
    private readonly RabbitMqContainer _container;

    private ContainerNode(RabbitMqContainer container, Uri uri) : base(uri) => _container = container;

    public string ContainerId => _container.Id;

    public static async Task<ContainerNode> StartAsync()
    {
        var port = ServiceProcess.FreePort();
        var container = new RabbitMqBuilder(Containers.RabbitMqImage).WithUsername("avvik").WithPassword("avvik").WithPortBinding(port,
            RabbitMqBuilder.RabbitMqPort)
            .OfThisRun().Build();
        await container.StartAsync();
        Containers.Report($"RabbitMQ: container of {Containers.RabbitMqImage}");
        return new ContainerNode(container, new Uri($"amqp://avvik:avvik@{container.Hostname}:{port}/"));
    }

    public override async Task KillAsync()
    {
        using var engine = TestcontainersSettings.OS.DockerEndpointAuthConfig!.GetDockerClientBuilder().Build();
        await engine.Containers.KillContainerAsync(_container.Id, new ContainerKillParameters { Signal = "KILL" });
        await Eventually.IsTrue(async () => !(await engine.Containers.InspectContainerAsync(_container.Id)).State!.Running, TimeSpan.FromSeconds(30));
    }

    public override Task RestartAsync() => _container.StartAsync();

    public override async Task<string> ControlAsync(params IEnumerable<string> arguments)
    {
        var answer = await _container.ExecAsync(["rabbitmqctl", .. arguments]);
        return answer.ExitCode == 0 ? answer.Stdout.Trim() : throw new InvalidOperationException($"rabbitmqctl failed: {answer.Stderr.Trim()}");
    }

    public override async Task ImportAsync(string definitions)
    {
        // A file for each: two that are written at once would meet under one name.
        var file = $"/tmp/definitions-{Guid.NewGuid():N}.json";
        await _container.CopyAsync(Encoding.UTF8.GetBytes(definitions), file);
        await ControlAsync("import_definitions", file);
    }

    public override void Dispose() => _ = _container.DisposeAsync().AsTask();
}
