using System.Text.Json;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Labels;
using Avvik.Hosting.OpenApi;
using Avvik.Hosting.Problems;
using Avvik.Hosting.Queries;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Hosting;

/// <summary>Set-up of every process: logs, traces, metrics, problem documents, limits and health checks; in services also authentication.</summary>
public static class HostingExtensions
{
    private const int MaxBody = 256 * 1024;

    public static void AddAvvikHosting(this WebApplicationBuilder builder, string service)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestLineSize = 8 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        });
        builder.AddLogs();
        builder.AddTelemetry(service);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddProblemDetails();
        builder.Services.AddOpenApi(openApi =>
            openApi.AddSchemaTransformer(OpenApiCodes.AddCodes).AddOperationTransformer(LabelledAnswers.Describe).AddOperationTransformer(OpenAccess.Describe));
        builder.Services.AddHealthChecks();
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = false);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(15));
    }

    /// <summary>Accepts only tokens that the gateway signed for this service, whatever network the call comes from.</summary>
    public static void AddServiceAuthentication(this WebApplicationBuilder builder, string service)
    {
        var key = InternalToken.ReadKey("InternalToken:PublicKeyFile", builder.Configuration["InternalToken:PublicKeyFile"]);
        builder.Services.AddSingleton<CachingTokenHandler>();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        builder.Services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<CachingTokenHandler>((jwt, handler) =>
        {
            jwt.MapInboundClaims = false;
            handler.MapInboundClaims = false;
            jwt.TokenHandlers.Clear();
            jwt.TokenHandlers.Add(handler);
            jwt.TokenValidationParameters = new TokenValidationParameters
            {
                ValidIssuer = InternalToken.Issuer,
                ValidAudience = InternalToken.AudienceOf(service),
                IssuerSigningKey = key,
                ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                ClockSkew = TimeSpan.FromSeconds(5),
                NameClaimType = "sub",
                RoleClaimType = "role",
            };
        });
        string[] party = [Roles.Client, Roles.Reporter, Roles.Handler, Roles.Coordinator, Roles.UnitLeader];
        string[] signals = [Roles.Secretariat, Roles.Coordinator, Roles.Handler, Roles.UnitLeader, Roles.LearningEditor, Roles.Client];
        builder.Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Policies.Reporter, p => p.RequireRole(party))
            .AddPolicy(Policies.CaseParty, p => p.RequireRole(party))
            // An auditor reads what is closed to everybody else, and nothing more.
            .AddPolicy(Policies.CaseReader, p => p.RequireRole([.. party, Roles.Auditor]))
            .AddPolicy(Policies.Person, p => p.RequireRole([.. party.Where(r => r != Roles.Client)]))
            .AddPolicy(Policies.UnitSettings, p => p.RequireRole(Roles.Handler, Roles.UnitLeader, Roles.Coordinator, Roles.Admin))
            // Software sets itself up; an administrator answers for it.
            .AddPolicy(Policies.Integration, p => p.RequireRole(Roles.Client, Roles.Admin))
            .AddPolicy(Policies.Coordinator, p => p.RequireRole(Roles.Coordinator))
            .AddPolicy(Policies.Lessons, p => p.RequireRole([.. party, Roles.LearningEditor, Roles.Ssu]))
            .AddPolicy(Policies.LessonEditor, p => p.RequireRole(Roles.Coordinator, Roles.LearningEditor))
            .AddPolicy(Policies.Secretariat, p => p.RequireRole(Roles.Secretariat))
            // Signals contain small counts, which the ssu role may not see.
            .AddPolicy(Policies.Signals, p => p.RequireRole(signals))
            .AddPolicy(Policies.Statistics, p => p.RequireRole([.. signals, Roles.Ssu]))
            .AddPolicy(Policies.DirectoryEditor, p => p.RequireRole(Roles.Coordinator, Roles.Admin))
            .AddPolicy(Policies.Admin, p => p.RequireRole(Roles.Admin))
            .AddPolicy(Policies.Auditor, p => p.RequireRole(Roles.Auditor));
    }

    /// <summary>Authentication, authorization, and the check for unknown query parameters.</summary>
    public static void UseServiceAuthentication(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseUnknownParameterCheck();
    }

    /// <summary>Problem documents for every error, and the health endpoints: live is the process, ready is what it needs to accept requests.</summary>
    public static void UseAvvikDefaults(this WebApplication app)
    {
        app.UseExceptionHandler(handler => handler.Run(context =>
            OfException(context.Features.Get<IExceptionHandlerFeature>()!.Error).ExecuteAsync(context)));
        app.UseStatusCodePages(pages => Problem.OfStatus(pages.HttpContext.Response.StatusCode).ExecuteAsync(pages.HttpContext));
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        // Only the database makes a service unready: an unavailable broker must not stop intake. Events that cannot be applied make it degraded (200).
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains("required"),
            ResponseWriter = WriteHealthAsync,
        }).AllowAnonymous();
    }

    // The status, and a line for each check that has a description.
    private static Task WriteHealthAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsync(string.Join('\n', report.Entries.Where(e => e.Value.Description is not null).Select(e => $"{e.Key}: {e.Value.Description}")
            .Prepend(report.Status.ToString())));

    private static Problem OfException(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case Microsoft.AspNetCore.Http.BadHttpRequestException bad: return Problem.OfStatus(bad.StatusCode);
                case JsonException: return Problem.OfStatus(StatusCodes.Status400BadRequest);
                // The database is unavailable or too busy: nothing was written, and a retry may succeed.
                case System.Data.Common.DbException or TimeoutException or OperationCanceledException: return Problem.Unavailable();
            }
        }
        return new Problem(StatusCodes.Status500InternalServerError, ProblemCodes.InternalError);
    }

    private static void AddLogs(this WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole(console => console.FormatterName = SafeJsonFormatter.FormatterName)
            .AddConsoleFormatter<SafeJsonFormatter, ConsoleFormatterOptions>();
        // Traces record each request; logs do not repeat them.
        foreach (var category in new[] { "Microsoft.AspNetCore", "Microsoft.EntityFrameworkCore", "System.Net.Http", "Yarp", "MassTransit" })
            builder.Logging.AddFilter(category, LogLevel.Warning);
    }
}
