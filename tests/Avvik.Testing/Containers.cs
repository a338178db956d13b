using System.Globalization;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;

namespace Avvik.Testing;

/// <summary>
/// Whether servers are containers: they are wherever a container engine answers. <c>AVVIK_CONTAINERS=never</c> says no, and with <c>required</c> a missing
/// engine is an error. Where <c>compose/engine run</c> started the tests, it removes the containers; elsewhere Testcontainers' reaper does.
/// </summary>
public static class Containers
{
    /// <summary>The versions that compose/compose.yaml and compose/up use, unless the engine brings its own images.</summary>
    public static string RabbitMqImage { get; } = Setting("AVVIK_RABBITMQ_IMAGE") ?? "rabbitmq:4.2";

    /// <inheritdoc cref="RabbitMqImage"/>
    public static string PostgresImage { get; } = Setting("AVVIK_POSTGRES_IMAGE") ?? "postgres:17";

    /// <summary>True when servers are containers.</summary>
    public static bool Used { get; } = Setting("AVVIK_CONTAINERS") switch
    {
        "never" => false,
        "required" => EngineAnswers ? true : throw new InvalidOperationException("AVVIK_CONTAINERS=required, and no container engine answers: start one."),
        null => EngineAnswers,
        var other => throw new InvalidOperationException($"AVVIK_CONTAINERS is '{other}': it is required, never or not set."),
    };

    private static bool EngineAnswers => TestcontainersSettings.OS.DockerEndpointAuthConfig is not null;

    /// <summary>Marks a container as one of this run's, so that <c>compose/engine run</c> can remove it.</summary>
    internal static TBuilder OfThisRun<TBuilder, TContainer, TConfiguration>(this IContainerBuilder<TBuilder, TContainer, TConfiguration> builder)
        where TBuilder : IContainerBuilder<TBuilder, TContainer, TConfiguration>
        where TContainer : IContainer
        where TConfiguration : IContainerConfiguration => builder.WithLabel("avvik.run", Setting("AVVIK_ENGINE_RUN") ?? "none");

    /// <summary>For <c>tests/run</c>, which shows what servers a project's tests used.</summary>
    internal static void Report(string server)
    {
        if (Setting("AVVIK_SERVERS_FILE") is { } file) File.AppendAllText(file, string.Create(CultureInfo.InvariantCulture, $"{server}\n"));
    }

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
