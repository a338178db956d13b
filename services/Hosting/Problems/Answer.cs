using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Avvik.Hosting.Problems;

/// <summary>
/// What a handler returns: <typeparamref name="TOk"/> (<c>Ok&lt;T&gt;</c>, <c>Created&lt;T&gt;</c> …), or a <see cref="Problem"/> with one of the statuses that
/// <typeparamref name="TProblems"/> names. Both convert implicitly, and OpenAPI gets every status from the signature alone:
/// <c>Task&lt;Answer&lt;Ok&lt;Deviation&gt;, NotFoundOr&lt;Invalid&gt;&gt;&gt;</c>.
/// </summary>
public sealed class Answer<TOk, TProblems> : IResult, IEndpointMetadataProvider
    where TOk : IResult, IEndpointMetadataProvider
    where TProblems : IProblemStatuses
{
    private readonly IResult _result;

    private Answer(IResult result) => _result = result;

    /// <summary>A success.</summary>
    public static implicit operator Answer<TOk, TProblems>(TOk result) => new(result);

    /// <summary>A refusal.</summary>
    public static implicit operator Answer<TOk, TProblems>(Problem problem) => new(problem);

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => _result.ExecuteAsync(httpContext);

    /// <inheritdoc/>
    static void IEndpointMetadataProvider.PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        TOk.PopulateMetadata(method, builder);
        foreach (var status in TProblems.Statuses)
            builder.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDocument), ["application/problem+json"]));
    }
}

/// <summary>Statuses that a handler may refuse with.</summary>
public interface IProblemStatuses
{
    /// <summary>HTTP statuses, 400 and up.</summary>
    static abstract IEnumerable<int> Statuses { get; }
}

/// <summary>No refusal of the handler's own.</summary>
public sealed class NoProblem : IProblemStatuses
{
    /// <inheritdoc/>
    static IEnumerable<int> IProblemStatuses.Statuses => [];
}

/// <summary>400 for a wrong shape, 422 for wrong content.</summary>
public sealed class Invalid : IProblemStatuses
{
    /// <inheritdoc/>
    static IEnumerable<int> IProblemStatuses.Statuses => [StatusCodes.Status400BadRequest, StatusCodes.Status422UnprocessableEntity];
}

/// <summary>403, and more.</summary>
public sealed class ForbiddenOr<TMore> : IProblemStatuses where TMore : IProblemStatuses
{
    /// <inheritdoc/>
    static IEnumerable<int> IProblemStatuses.Statuses => [StatusCodes.Status403Forbidden, .. TMore.Statuses];
}

/// <summary>404, also for what the caller may not know of, and more.</summary>
public sealed class NotFoundOr<TMore> : IProblemStatuses where TMore : IProblemStatuses
{
    /// <inheritdoc/>
    static IEnumerable<int> IProblemStatuses.Statuses => [StatusCodes.Status404NotFound, .. TMore.Statuses];
}

/// <summary>409, and more.</summary>
public sealed class ConflictOr<TMore> : IProblemStatuses where TMore : IProblemStatuses
{
    /// <inheritdoc/>
    static IEnumerable<int> IProblemStatuses.Statuses => [StatusCodes.Status409Conflict, .. TMore.Statuses];
}

/// <summary>412 for a stale <c>If-Match</c> and 428 for a missing one, and more.</summary>
public sealed class StaleOr<TMore> : IProblemStatuses where TMore : IProblemStatuses
{
    /// <inheritdoc/>
    static IEnumerable<int> IProblemStatuses.Statuses => [StatusCodes.Status412PreconditionFailed, StatusCodes.Status428PreconditionRequired, .. TMore.Statuses];
}

/// <summary>503 with <c>Retry-After</c>, and more.</summary>
public sealed class UnavailableOr<TMore> : IProblemStatuses where TMore : IProblemStatuses
{
    /// <inheritdoc/>
    static IEnumerable<int> IProblemStatuses.Statuses => [StatusCodes.Status503ServiceUnavailable, .. TMore.Statuses];
}
