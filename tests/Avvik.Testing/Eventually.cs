using System.Diagnostics;
using Xunit;

namespace Avvik.Testing;

/// <summary>Polls a condition until it is true or a deadline has passed.</summary>
public static class Eventually
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(25);

    /// <param name="condition">The condition.</param>
    /// <param name="within">The deadline; generous, since a passing test does not wait for it.</param>
    /// <param name="describe">Describes the state for the failure message.</param>
    public static async Task IsTrue(Func<Task<bool>> condition, TimeSpan within, Func<Task<string>>? describe = null)
    {
        using var timer = new PeriodicTimer(Between);
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(started) > within) Assert.Fail($"Not within {within}. {(describe is null ? "" : await describe())}");
            await timer.WaitForNextTickAsync();
        }
    }
}
